import { setTimeout as wait } from 'node:timers/promises'
import { DatabaseError } from 'pg'
import { IDEMPOTENCY_MS, type OnceKey } from '../../denylist/index.ts'
import { HoneyjamError, type Logger } from '../../runtime/index.ts'
import { type Appended, AppendQueue, type PendingRecord } from './append-queue.ts'
import type { Client, ConnectOptions } from './connect.ts'
import type { JournalReader } from './journal-reader.ts'
import { hasSqlState, postgresError, REPLACED, unavailable } from './postgres-error.ts'
import type { ProcessRow } from './process-row.ts'
import { Session } from './session.ts'
import { toColumn } from './text-column.ts'

/** A connection that is away for less is not noticed: what arrives meanwhile waits. */
const SHORT_LOSS_MS = 2000

export interface AppenderOptions {
  readonly connect: ConnectOptions
  readonly process: ProcessRow
  readonly reader: JournalReader
  readonly logger: Logger
}

interface AppendedRow {
  readonly ordinal: number
  readonly record_position: number
  readonly earlier_receipt: string | null
}

/**
 * Puts records into the journal, those that wait together in one transaction. When the connection is lost in the middle of
 * it, the next one first shuts out what may be left of it, then looks which records are there: none is lost, none goes in
 * twice.
 */
export class Appender {
  readonly #options: AppenderOptions
  readonly #queue = new AppendQueue()
  readonly #session: Session
  readonly #ready = Promise.withResolvers<void>()
  /** Sent, with no word of what became of them. */
  #unresolved: readonly PendingRecord[] = []
  #downSinceMs: number | undefined = performance.now()
  #closedBecause: string | undefined

  constructor(options: AppenderOptions) {
    this.#options = options
    const { connect, logger } = options
    this.#session = new Session({
      connect,
      name: 'reports',
      logger,
      serve: (client, ended) => this.#serve(client, ended),
    })
  }

  /** Resolves once it is connected for the first time. @throws HoneyjamError STORE_UNAVAILABLE it takes too long */
  async ready(patienceMs: number): Promise<void> {
    const inVain = wait(patienceMs, 'in vain', { ref: false })
    if ((await Promise.race([this.#ready.promise, inVain])) === 'in vain')
      throw unavailable('PostgreSQL does not let this process take part')
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE */
  async append(body: Uint8Array, once?: OnceKey): Promise<Appended> {
    if (this.#closedBecause !== undefined) throw unavailable(this.#closedBecause)
    if (this.#downSinceMs !== undefined && performance.now() - this.#downSinceMs > SHORT_LOSS_MS)
      throw unavailable('PostgreSQL cannot be reached')
    return await this.#queue.add(body, once)
  }

  /** Notes where a record of this process stands. @returns the body it was handed over with */
  claim(recordId: string, position: number): Uint8Array | undefined {
    const record = this.#queue.find(recordId)
    if (record !== undefined) record.position = position
    return record?.body
  }

  /** Connects anew, and so enters this process into the list again. */
  renew(): void {
    if (this.#downSinceMs === undefined) this.#session.renew()
  }

  /** Waits for what was handed over. May be called twice. */
  async close(): Promise<void> {
    this.#closedBecause ??= 'the store is closed'
    await this.#queue.settled()
    await this.#session.close()
  }

  async #serve(client: Client, ended: AbortSignal): Promise<void> {
    try {
      await this.#options.process.enter(client)
      await this.#resolve(client)
      this.#downSinceMs = undefined
      this.#ready.resolve()
      while (!ended.aborted) {
        await this.#queue.untilWaiting(ended)
        const group = ended.aborted ? [] : this.#queue.takeGroup()
        if (group.length > 0) await this.#send(client, group)
      }
    } catch (error) {
      if (isOutrun(error)) this.#options.reader.lose(error)
      throw error
    } finally {
      this.#noteLoss()
    }
  }

  async #resolve(client: Client): Promise<void> {
    if (this.#unresolved.length === 0) return
    const { rows } = await client.query<{ record_id: string; position: number }>(
      'SELECT record_id, position FROM honeyjam.journal WHERE record_id = ANY($1)',
      [this.#unresolved.map(({ id }) => id)],
    )
    for (const { record_id: id, position } of rows) this.claim(id, position)
    const records = this.#unresolved
    this.#unresolved = []
    this.#queue.putBack(records.filter(({ position }) => position === undefined))
    for (const record of records) if (record.position !== undefined) this.#settle(record, record.position)
  }

  async #send(client: Client, group: readonly PendingRecord[]): Promise<void> {
    let rows: readonly AppendedRow[]
    try {
      rows = await this.#insert(client, group)
    } catch (error) {
      if (!(await isRefusal(client, error))) {
        this.#unresolved = group
        throw error
      }
      if (hasSqlState(error, REPLACED)) {
        this.#queue.putBack(group)
        throw error
      }
      for (const record of group) record.reject(postgresError('adding to the journal', error))
      return
    }
    const taken: { position: number; body: Uint8Array }[] = []
    for (const { ordinal, record_position: position, earlier_receipt: earlier } of rows) {
      const record = group[ordinal - 1]
      if (record === undefined) continue
      if (earlier === null) taken.push({ position, body: record.body })
      record.position = position
    }
    this.#options.reader.offer(taken)
    for (const { ordinal, record_position: position, earlier_receipt: earlier } of rows) {
      const record = group[ordinal - 1]
      if (record !== undefined) this.#settle(record, position, earlier ?? undefined)
    }
  }

  async #insert(client: Client, group: readonly PendingRecord[]): Promise<readonly AppendedRow[]> {
    const { id, epoch } = this.#options.process
    let end = 0
    const ends = group.map(({ bytes }) => (end += bytes.length))
    const { rows } = await client.query<AppendedRow>({
      name: 'append',
      text: `SELECT * FROM honeyjam.append_records($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ORDER BY ordinal`,
      values: [
        id,
        epoch,
        group.map((record) => record.id),
        Buffer.concat(group.map(({ bytes }) => bytes)),
        ends,
        group.map(({ once }) => once?.accountId ?? null),
        group.map(({ once }) => (once === undefined ? null : toColumn(once.idempotencyKey))),
        group.map(({ once }) => once?.receivedAtMs ?? null),
        group.map(({ once }) => once?.receiptId ?? null),
        IDEMPOTENCY_MS,
      ],
    })
    return rows
  }

  /** The sender is answered once the record, or the one that counts instead, is in effect here. */
  #settle(record: PendingRecord, position: number, earlierReceipt?: string): void {
    void this.#options.reader
      .reached(position)
      .then(() => record.resolve({ position, receiptId: earlierReceipt ?? record.once?.receiptId }))
  }

  #noteLoss(): void {
    this.#downSinceMs = performance.now()
    setTimeout(() => {
      if (this.#downSinceMs === undefined) return
      this.#queue.refuseWaiting(unavailable('PostgreSQL cannot be reached'))
    }, SHORT_LOSS_MS + 1).unref()
  }
}

/**
 * Whether PostgreSQL said no: then nothing was added. The end of a connection says nothing about what it was doing. Which of the
 * two it is shows in whether the connection goes on: the severity is told in the language of the server.
 */
async function isRefusal(client: Client, error: unknown): Promise<boolean> {
  if (!(error instanceof DatabaseError)) return false
  return await client.query('SELECT').then(
    () => true,
    () => false,
  )
}

function isOutrun(error: unknown): error is HoneyjamError {
  return error instanceof HoneyjamError && error.code === 'STORE_OUTRUN'
}
