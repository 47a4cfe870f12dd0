import type Database from 'better-sqlite3'
import type { Checkpoint } from '../../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, Sensor } from '../../roster/index.ts'
import { newestPositionOf } from '../rows/index.ts'
import { AccountTables } from './account-tables.ts'
import { ActivityTable } from './activity-table.ts'
import { AllowTable } from './allow-table.ts'
import { EntryTable } from './entry-table.ts'
import { HistoryTable } from './history-table.ts'
import { InvitationTable } from './invitation-table.ts'
import { ListTables } from './list-tables.ts'
import { PieceTable } from './piece-table.ts'
import { ReceiptTable } from './receipt-table.ts'
import { BOUNCER_COLUMNS, ENFORCER_COLUMNS, RosterTable, SENSOR_COLUMNS } from './roster-table.ts'

/** The tables on their open database; every call is synchronous and belongs into a worker thread. */
export class Tables {
  readonly entries: EntryTable
  readonly allowed: AllowTable
  readonly lists: ListTables
  readonly receipts: ReceiptTable
  readonly accounts: AccountTables
  readonly invitations: InvitationTable
  readonly sensors: RosterTable<Sensor>
  readonly enforcers: RosterTable<EnforcerRecord>
  readonly bouncers: RosterTable<BouncerRecord>
  readonly pieces: PieceTable
  readonly activities: ActivityTable
  readonly history: HistoryTable
  readonly #database: Database.Database
  readonly #selectCovered: Database.Statement<[], number>
  readonly #selectStoreId: Database.Statement<[], string>
  readonly #selectNewest: Database.Statement<[], number>
  readonly #updateProgress: Database.Statement<[number, number]>
  readonly #write: Database.Transaction<(checkpoint: Checkpoint) => void>

  constructor(database: Database.Database) {
    this.#database = database
    this.entries = new EntryTable(database)
    this.allowed = new AllowTable(database)
    this.lists = new ListTables(database)
    this.receipts = new ReceiptTable(database)
    this.accounts = new AccountTables(database)
    this.invitations = new InvitationTable(database, this.accounts)
    this.sensors = new RosterTable(database, 'sensor', SENSOR_COLUMNS)
    this.enforcers = new RosterTable(database, 'enforcer', ENFORCER_COLUMNS)
    this.bouncers = new RosterTable(database, 'bouncer', BOUNCER_COLUMNS)
    this.pieces = new PieceTable(database)
    this.activities = new ActivityTable(database)
    this.history = new HistoryTable(database)
    this.#selectCovered = database.prepare<[], number>('SELECT covered_position FROM progress').pluck()
    this.#selectNewest = database.prepare<[], number>('SELECT newest_position FROM progress').pluck()
    this.#selectStoreId = database.prepare<[], string>('SELECT store_id FROM progress').pluck()
    this.#updateProgress = database.prepare(
      'UPDATE progress SET covered_position = ?, newest_position = max(newest_position, ?)',
    )
    this.#write = database.transaction((checkpoint) => {
      this.entries.write(checkpoint.entries)
      this.allowed.write(checkpoint.allowed, checkpoint.disallowed)
      this.lists.write(checkpoint.lists)
      this.receipts.write(checkpoint.receipts)
      this.#updateProgress.run(checkpoint.coveredPosition, newestPositionOf(checkpoint))
    })
  }

  coveredPosition(): number {
    return this.#selectCovered.get() ?? 0
  }

  storeId(): string {
    return this.#selectStoreId.get() ?? ''
  }

  /** Position of the newest operation that any row ever held; the journal must not give it again. */
  newestPosition(): number {
    return this.#selectNewest.get() ?? 0
  }

  /** Writes all of it or nothing, with one fsync. */
  writeCheckpoint(checkpoint: Checkpoint): void {
    this.#write.immediate(checkpoint)
  }

  close(): void {
    this.#database.close()
  }
}
