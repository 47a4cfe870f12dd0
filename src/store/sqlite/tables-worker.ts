import { parentPort, workerData } from 'node:worker_threads'
import type {
  AccountChange,
  AccountStore,
  FirstKey,
  InvitationDetails,
  InvitedSignUp,
  KeyReplacement,
  NewAccount,
} from '../../accounts/index.ts'
import type { Activity, ActivityKey, ActivityLimits } from '../../activity/index.ts'
import type { HandoutPiece } from '../../bouncers/index.ts'
import type {
  AddressPlace,
  AllowRow,
  Checkpoint,
  FoundEvents,
  HistoryProgress,
  HistoryQuery,
  ListRows,
} from '../../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, RosterChanges, Sensor } from '../../roster/index.ts'
import type { ActivityDeletion } from './activity-table.ts'
import { openDatabase } from './database.ts'
import type { EntryKey, EntryPage, SweepStep } from './entry-table.ts'
import { HistoryReader } from './history-reader.ts'
import { JournalBeside } from './journal-beside.ts'
import type { ReceiptTable } from './receipt-table.ts'
import { Tables } from './tables.ts'
import { tablesFile } from './tables-schema.ts'
import { serveCalls } from './worker-service.ts'

/** What the worker thread of the tables answers; its `workerData` is the path of the file. */
export type TablesCalls = {
  readonly coveredPosition: () => number
  readonly storeId: () => string
  readonly newestPosition: () => number
  readonly loadEntryPage: (from: { expiresAfterMs: number; after?: EntryKey }) => EntryPage
  readonly loadAllowed: (expiresAfterMs: number) => readonly AllowRow[]
  readonly loadLists: (expiresAfterMs: number) => ListRows
  readonly writeCheckpoint: (checkpoint: Checkpoint) => void
  readonly sweepEntries: (from: { expiredBeforeMs: number; after?: EntryKey }) => SweepStep
  readonly deleteExpiredAllowed: (expiredBeforeMs: number) => number
  readonly deleteExpiredLists: (expiredBeforeMs: number) => number
  readonly deleteReceiptsStep: (receivedBeforeMs: number) => ReturnType<ReceiptTable['deleteStep']>
  readonly loadAccounts: () => Result<'loadAccounts'>
  readonly loadKeys: () => Result<'loadKeys'>
  readonly addAccount: (of: { account: NewAccount; key?: FirstKey | undefined }) => Result<'addAccount'>
  readonly changeAccount: (of: { accountId: number; change: AccountChange }) => Result<'changeAccount'>
  readonly addKey: (key: Parameters<AccountStore['addKey']>[0]) => Result<'addKey'>
  readonly revokeKey: (of: { keyId: number; revokedAtMs: number }) => void
  readonly replaceKey: (replacement: KeyReplacement) => Result<'replaceKey'>
  readonly addInvitation: (details: InvitationDetails) => Result<'addInvitation'>
  readonly loadInvitations: () => Result<'loadInvitations'>
  readonly revokeInvitation: (of: { invitationId: number; revokedAtMs: number }) => boolean
  readonly signUp: (wanted: InvitedSignUp) => Result<'signUp'>
  readonly loadSensors: () => readonly Sensor[]
  readonly writeSensors: (changes: RosterChanges<Sensor>) => void
  readonly loadEnforcers: () => readonly EnforcerRecord[]
  readonly writeEnforcers: (changes: RosterChanges<EnforcerRecord>) => void
  readonly loadBouncers: () => readonly BouncerRecord[]
  readonly writeBouncers: (changes: RosterChanges<BouncerRecord>) => void
  readonly readPieces: (of: { accountId: number; afterPosition: number }) => readonly HandoutPiece[]
  readonly appendPiece: (of: PieceOf<'afterPosition'>) => boolean
  readonly replacePieces: (of: PieceOf<'position'>) => boolean
  readonly extendHistory: (throughPosition: number) => HistoryProgress
  readonly findHistory: (query: HistoryQuery) => FoundEvents
  readonly findHistoryAddress: (of: AddressPlace) => Uint32Array | undefined
  readonly deleteHistoryStep: (receivedBeforeMs: number) => number | undefined
  readonly writeActivities: (activities: readonly Activity[]) => void
  readonly readActivities: (part: { key: ActivityKey; offset: number; limit: number }) => readonly Activity[]
  readonly deleteActivitiesStep: (step: { limits: ActivityLimits; after: ActivityKey }) => ActivityDeletion
}

/** What bouncers of an account are told, at or behind a position. */
type PieceOf<Position extends string> = {
  readonly accountId: number
  readonly bodies: readonly Uint8Array[]
} & { readonly [Name in Position]: number }

type Result<Name extends keyof AccountStore> = Awaited<ReturnType<AccountStore[Name]>>

if (parentPort !== null) {
  serveCalls<TablesCalls>(parentPort, 'the tables', () => {
    const database = openDatabase(tablesFile(String(workerData)))
    const tables = new Tables(database)
    const { entries, allowed, lists, receipts, accounts, invitations, activities, history } = tables
    const { sensors, enforcers, bouncers, pieces } = tables
    const journal = new JournalBeside(String(workerData))
    const historyReader = new HistoryReader(database, journal)
    return {
      answers: {
        coveredPosition: () => tables.coveredPosition(),
        storeId: () => tables.storeId(),
        newestPosition: () => tables.newestPosition(),
        loadEntryPage: ({ expiresAfterMs, after }) => entries.loadPage(expiresAfterMs, after),
        loadAllowed: (expiresAfterMs) => allowed.load(expiresAfterMs),
        loadLists: (expiresAfterMs) => lists.load(expiresAfterMs),
        writeCheckpoint: (checkpoint) => tables.writeCheckpoint(checkpoint),
        sweepEntries: ({ expiredBeforeMs, after }) => entries.sweep(expiredBeforeMs, after),
        deleteExpiredAllowed: (expiredBeforeMs) => allowed.deleteExpired(expiredBeforeMs),
        deleteExpiredLists: (expiredBeforeMs) => lists.deleteExpired(expiredBeforeMs),
        deleteReceiptsStep: (receivedBeforeMs) => receipts.deleteStep(receivedBeforeMs),
        loadAccounts: () => accounts.loadAccounts(),
        loadKeys: () => accounts.loadKeys(),
        addAccount: ({ account, key }) => accounts.addAccount(account, key),
        changeAccount: ({ accountId, change }) => accounts.changeAccount(accountId, change),
        addKey: (key) => accounts.addKey(key),
        revokeKey: ({ keyId, revokedAtMs }) => accounts.revokeKey(keyId, revokedAtMs),
        replaceKey: (replacement) => accounts.replaceKey(replacement),
        addInvitation: (details) => invitations.add(details),
        loadInvitations: () => invitations.load(),
        revokeInvitation: ({ invitationId, revokedAtMs }) => invitations.revoke(invitationId, revokedAtMs),
        signUp: (wanted) => invitations.signUp(wanted),
        loadSensors: () => sensors.load(),
        writeSensors: (changes) => sensors.write(changes),
        loadEnforcers: () => enforcers.load(),
        writeEnforcers: (changes) => enforcers.write(changes),
        loadBouncers: () => bouncers.load(),
        writeBouncers: (changes) => bouncers.write(changes),
        readPieces: ({ accountId, afterPosition }) => pieces.read(accountId, afterPosition),
        appendPiece: ({ accountId, afterPosition, bodies }) =>
          pieces.append(accountId, afterPosition, bodies),
        replacePieces: ({ accountId, position, bodies }) => pieces.replace(accountId, position, bodies),
        extendHistory: (throughPosition) => history.extend(journal.database, throughPosition),
        findHistory: (query) => historyReader.find(query),
        findHistoryAddress: (of) => historyReader.findAddress(of),
        deleteHistoryStep: (receivedBeforeMs) => history.deleteStep(receivedBeforeMs),
        writeActivities: (rows) => activities.write(rows),
        readActivities: ({ key, offset, limit }) => activities.read(key, offset, limit),
        deleteActivitiesStep: ({ limits, after }) => activities.deleteStep(limits, after),
      },
      close: () => {
        journal.close()
        tables.close()
      },
    }
  })
}
