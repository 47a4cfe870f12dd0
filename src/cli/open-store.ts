import type { AccountStore, UsageStore } from '../accounts/index.ts'
import type { ActivityStore } from '../activity/index.ts'
import type { HandoutStore } from '../bouncers/index.ts'
import { readSecretFile } from '../config/index.ts'
import type { DenylistStore, HistoryStore, ReportQueue } from '../denylist/index.ts'
import type { BouncerRecord, EnforcerRecord, RosterStore, Sensor } from '../roster/index.ts'
import { HoneyjamError, type Logger } from '../runtime/index.ts'
import type { Context } from './context.ts'

/** Where a service keeps its data, as the command line says it. */
export interface StoreOptions {
  /** URL of a PostgreSQL database. */
  readonly store?: string
  /** File that holds the URL. */
  readonly storeFile?: string
}

/** A store of any kind, opened. */
export interface Store {
  readonly queue: ReportQueue
  readonly denylist: DenylistStore
  readonly accounts: AccountStore
  readonly sensors: RosterStore<Sensor>
  readonly enforcers: RosterStore<EnforcerRecord>
  readonly bouncers: RosterStore<BouncerRecord>
  readonly handouts: HandoutStore
  readonly activities: ActivityStore
  readonly history: HistoryStore
  readonly usage: UsageStore
  close(): Promise<void>
}

export interface OpenStoreOptions {
  readonly logger: Logger
  /** Told when nothing can be stored any more, however often it is tried: the process must be started anew. */
  readonly onLost?: (error: HoneyjamError) => void
}

/**
 * Finds out which database is meant, and warns where its password can be read by others.
 * @returns `undefined`: the files in the data directory
 * @throws HoneyjamError USAGE, CONFIG_UNREADABLE, CONFIG_INVALID; the URL is in none of them
 */
export async function findStoreUrl(
  { store, storeFile }: StoreOptions,
  { output, environment }: Context,
): Promise<string | undefined> {
  if (store !== undefined && storeFile !== undefined)
    throw new HoneyjamError('USAGE', '--store and --store-file (or their variables) are both set: give one')
  if (storeFile !== undefined) {
    const { secret, isReadableByOthers } = readSecretFile(storeFile)
    if (isReadableByOthers) output.note(`Warning: others can read the URL in ${storeFile}: chmod 600 it.`)
    return secret.trim()
  }
  if (store === undefined) return undefined
  const { describeStoreUrl, hasPassword } = await import('../store/postgres/index.ts')
  describeStoreUrl(store)
  if (hasPassword(store) && store !== environment['HONEYJAM_STORE']) {
    output.note(
      'Warning: everybody on this machine can read the password in --store (ps shows it): use --store-file or HONEYJAM_STORE.',
    )
  }
  return store
}

/**
 * Opens the store; the code of the other kind is not even loaded.
 * @param directory its lock is held by the caller
 */
export async function openStore(
  { directory, storeUrl }: { readonly directory: string; readonly storeUrl: string | undefined },
  options: OpenStoreOptions,
): Promise<Store> {
  if (storeUrl === undefined) {
    const { openSqliteStore } = await import('../store/sqlite/index.ts')
    return await openSqliteStore(directory, options)
  }
  const { openPostgresStore } = await import('../store/postgres/index.ts')
  return await openPostgresStore(storeUrl, options)
}

/** What may be shown of the store; `undefined` for the files in the data directory. */
export async function describeStore(storeUrl: string | undefined): Promise<string | undefined> {
  if (storeUrl === undefined) return undefined
  const { describeStoreUrl } = await import('../store/postgres/index.ts')
  return describeStoreUrl(storeUrl)
}
