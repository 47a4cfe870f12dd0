import type Database from 'better-sqlite3'
import type { Report } from '../client/index.ts'
import type { LogPosition } from '../cowrie/index.ts'
import type { Address } from '../ip/index.ts'
import { AGENT_MIGRATIONS, prepareStatements, type StateStatements } from './agent-schema.ts'
import { type SpoolLimit, spoolFull } from './spool-limit.ts'
import { guarded, openStateDatabase } from './state-database.ts'
import {
  batchOf,
  type Entry,
  entryOf,
  newestFirst,
  type ReportForm,
  reportOf,
  type StoredBatch,
} from './stored-batch.ts'

/** All sightings of one address that wait to be reported, folded into one. */
export interface PendingSighting {
  readonly address: Address
  /** Epoch milliseconds of the newest. */
  readonly observedAtMs: number
  readonly sightings: number
}

/** One report under way. The same key always stands for the same report. */
export interface Batch {
  readonly id: number
  readonly idempotencyKey: string
  readonly report: Report
}

/** Sums since the file was made. */
export interface DeliveryTotals {
  /** Times a batch was taken to be sent. */
  readonly requests: number
  /** Batches that a service took. */
  readonly batches: number
  /** Addresses in these batches. */
  readonly addresses: number
}

export interface AgentStateOptions {
  /** Whether the file itself keeps other processes out; the agent's directory has its own lock. */
  readonly isExclusive?: boolean
  /** Holds for {@link AgentState.record}; default: the disk is the limit. */
  readonly spool?: SpoolLimit
}

type Positions = Iterable<readonly [logPath: string, position: LogPosition]>

export interface RecordAsBatches {
  /** Newest first. */
  readonly sightings: Iterable<PendingSighting>
  readonly positions: Positions
  /** Most addresses of a batch. */
  readonly limit: number
  readonly form: ReportForm
}

/** From this part of the limit on the pending addresses are counted at each record. */
const NEAR_LIMIT = 0.9

/**
 * What an agent must not forget: how far it has read, what it has seen and not delivered, and the batch that is under way.
 *
 * Every method is one transaction on stable storage: it happened, also after a power cut, or it did not.
 * An address is always in exactly one of the read-ahead of the log, `pending`, the batch under way, and the service.
 * Every method throws HoneyjamError STORE_UNAVAILABLE when the disk does not take it (full, failing): nothing has changed then.
 */
export class AgentState {
  readonly #path: string
  readonly #database: Database.Database
  readonly #statements: StateStatements
  readonly #spool: SpoolLimit | undefined
  /** Not less than the pending addresses are; counting them at each record would take too long. */
  #mostPending = Number.POSITIVE_INFINITY

  constructor(path: string, { isExclusive = false, spool }: AgentStateOptions = {}) {
    this.#path = path
    this.#spool = spool
    this.#database = openStateDatabase(path, {
      migrations: AGENT_MIGRATIONS,
      synchronous: 'FULL',
      isExclusive,
    })
    this.#statements = prepareStatements(this.#database)
  }

  /** The URL that this state was last for; `undefined` of one that was never used or made before targets were noted. */
  get target(): string | undefined {
    return guarded(this.#path, () => this.#statements.target.get())
  }

  /** Notes for which URL the state is from now on. */
  noteTarget(apiUrl: string): void {
    if (this.target !== apiUrl) this.#transact(() => this.#statements.setTarget.run(apiUrl))
  }

  /** Where reading of this log goes on; `undefined` for one that was never read. */
  positionOf(logPath: string): LogPosition | undefined {
    const position = guarded(this.#path, () => this.#statements.positionOf.get(logPath))
    return position === undefined ? undefined : (JSON.parse(position) as LogPosition)
  }

  /**
   * Takes sightings in and moves the positions behind the lines they came from, both or neither.
   * Sightings of one address fold into one with the newest time.
   * @param also what else belongs to the same transaction
   * @returns how many addresses were dropped to make room
   * @throws HoneyjamError SPOOL_FULL when as many wait as may, and that is not to drop any; repeats still fold then
   */
  record(
    sightings: Iterable<PendingSighting>,
    positions: Positions,
    also?: (database: Database.Database) => void,
  ): number {
    return this.#transact(() => {
      const before = this.#countIfNearLimit()
      for (const sighting of sightings) this.#addPending(sighting)
      this.#setPositions(positions)
      also?.(this.#database)
      return this.#keepLimit(before)
    })
  }

  /**
   * Gives the batch under way, or forms one of the newest pending sightings, and notes that it is about to be sent.
   * A batch of which it is sure that no service has it is formed anew when that helps: newer addresses wait,
   * the settings have changed since. Any other keeps its key and its report.
   * @param limit most addresses of a new batch, at least 1
   * @returns `undefined` when nothing waits
   */
  takeBatch(limit: number, form: ReportForm): Batch | undefined {
    return this.#transact(() => {
      const underWay = this.#underWay()
      if (underWay !== undefined && !this.#isOutdated(underWay, limit, form)) return this.#begin(underWay)
      if (underWay !== undefined) this.#dissolve(underWay)
      const entries = this.#takeNewest(limit)
      if (entries.length === 0) return undefined
      return this.#begin(this.#addBatch(entries, form))
    })
  }

  /**
   * Records as {@link record} does and forms the batches of everything that waits, for a state into which nothing more comes.
   * Writing whole batches costs a fraction of writing each address and taking it out again.
   */
  recordAsBatches(
    { sightings, positions, limit, form }: RecordAsBatches,
    also?: (database: Database.Database) => void,
  ): void {
    this.#transact(() => {
      if (this.#statements.anyPending.get() === undefined) this.#addBatches(sightings, limit, form)
      else {
        for (const sighting of sightings) this.#addPending(sighting)
        this.#statements.addBatches.run({ limit, form: JSON.stringify(form) })
        this.#statements.deletePending.run()
      }
      this.#setPositions(positions)
      also?.(this.#database)
    })
  }

  /** A service said that it did not take the batch, or nothing was sent: this attempt leaves no doubt. */
  noteNotTaken(batchId: number): void {
    this.#transact(() => this.#statements.endAttempt.run(batchId))
  }

  /** A service has taken the batch: it is done. */
  settle(batchId: number): void {
    this.#transact(() => {
      const addresses = this.#statements.deleteBatch.get(batchId)
      if (addresses === undefined) return
      this.#statements.count.run('batches', 1)
      this.#statements.count.run('addresses', addresses)
    })
  }

  /** Addresses that were given up, since the file was made. */
  get droppedAddresses(): number {
    return guarded(this.#path, () => this.#statements.counter.get('dropped') ?? 0)
  }

  /** Addresses that wait, those of the batch under way included (one may stand in both). */
  get waitingAddresses(): number {
    return guarded(this.#path, () => {
      return (this.#statements.countPending.get() ?? 0) + (this.#statements.countBatched.get() ?? 0)
    })
  }

  get hasWork(): boolean {
    return guarded(this.#path, () => {
      return this.#statements.anyPending.get() !== undefined || this.#statements.anyBatch.get() !== undefined
    })
  }

  get totals(): DeliveryTotals {
    return guarded(this.#path, () => {
      const [requests = 0, batches = 0, addresses = 0] = ['requests', 'batches', 'addresses'].map(
        (name) => this.#statements.counter.get(name) ?? 0,
      )
      return { requests, batches, addresses }
    })
  }

  /** Reads from the same file, for tables that stand beside. */
  read<Value>(use: (database: Database.Database) => Value): Value {
    return guarded(this.#path, () => use(this.#database))
  }

  close(): void {
    this.#database.close()
  }

  #transact<Value>(use: () => Value): Value {
    return guarded(this.#path, () => this.#database.transaction(use).immediate())
  }

  /** @returns the exact number, or `undefined` far below the limit */
  #countIfNearLimit(): number | undefined {
    if (this.#spool === undefined) return undefined
    if (this.#mostPending < this.#spool.maxAddresses * NEAR_LIMIT) return undefined
    this.#mostPending = this.#statements.countPending.get() ?? 0
    return this.#mostPending
  }

  /** @returns how many were dropped */
  #keepLimit(before = 0): number {
    if (this.#spool === undefined || this.#mostPending <= this.#spool.maxAddresses) return 0
    const { maxAddresses, whenFull } = this.#spool
    this.#mostPending = this.#statements.countPending.get() ?? 0
    const tooMany = this.#mostPending - maxAddresses
    if (tooMany <= 0 || (whenFull === 'wait' && this.#mostPending <= before)) return 0
    if (whenFull === 'wait') throw spoolFull(this.#path, maxAddresses)
    this.#statements.dropOldest.run(tooMany)
    this.#statements.count.run('dropped', tooMany)
    this.#mostPending = maxAddresses
    return tooMany
  }

  #addPending({ address, observedAtMs, sightings }: PendingSighting): void {
    this.#mostPending += 1
    this.#statements.addPending.run(address, observedAtMs, sightings)
  }

  #setPositions(positions: Positions): void {
    for (const [logPath, position] of positions) {
      this.#statements.setPosition.run(logPath, JSON.stringify(position))
    }
  }

  #underWay(): StoredBatch | undefined {
    const row = this.#statements.underWay.get()
    return row === undefined ? undefined : batchOf(row)
  }

  #isOutdated(batch: StoredBatch, limit: number, form: ReportForm): boolean {
    if (batch.openAttempts > 0) return false
    return (
      batch.entries.length > limit ||
      JSON.stringify(batch.form) !== JSON.stringify(form) ||
      this.#statements.anyPending.get() !== undefined
    )
  }

  #dissolve({ id, entries }: StoredBatch): void {
    this.#statements.deleteBatch.get(id)
    for (const [address, observedAtMs, sightings] of entries)
      this.#addPending({ address, observedAtMs, sightings })
  }

  #takeNewest(limit: number): Entry[] {
    // RETURNING promises no order
    return this.#statements.takeNewest.all(limit).map(entryOf).toSorted(newestFirst)
  }

  /** @param sightings newest first; there may be millions, of which one batch at a time is in memory */
  #addBatches(sightings: Iterable<PendingSighting>, limit: number, form: ReportForm): void {
    let entries: Entry[] = []
    for (const { address, observedAtMs, sightings: count } of sightings) {
      entries.push([address, observedAtMs, count])
      if (entries.length < limit) continue
      this.#addBatch(entries, form)
      entries = []
    }
    if (entries.length > 0) this.#addBatch(entries, form)
  }

  #addBatch(entries: readonly Entry[], form: ReportForm): StoredBatch {
    const row = this.#statements.addBatch.get(JSON.stringify(entries), JSON.stringify(form))!
    return { id: row.id, idempotencyKey: row.idempotency_key, entries, form, openAttempts: 0 }
  }

  #begin(batch: StoredBatch): Batch {
    this.#statements.beginAttempt.run(batch.id)
    this.#statements.count.run('requests', 1)
    return { id: batch.id, idempotencyKey: batch.idempotencyKey, report: reportOf(batch) }
  }
}
