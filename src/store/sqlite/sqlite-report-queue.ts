import type { JournalFollower, JournalRecord, OnceKey, ReportQueue } from '../../denylist/index.ts'
import { HoneyjamError, Turns } from '../../runtime/index.ts'
import type { JournalCalls } from './journal-worker.ts'
import type { WorkerClient } from './worker-client.ts'

/** How much may wait for the disk; more is refused, so that a slow disk cannot fill the memory. */
export const MAX_WAITING_RECORDS = 8192
export const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** Bytes of records that take effect in one turn of the event loop: a thousand addresses, about a millisecond. */
const BYTES_A_TURN = 16_384

/** The journal in `journal.db`, by way of its worker thread. */
export class SqliteReportQueue implements ReportQueue {
  readonly isShared = false
  readonly #worker: WorkerClient<JournalCalls>
  /** Those that share a flush come back together. */
  readonly #turns = new Turns(BYTES_A_TURN)
  #follower: JournalFollower | undefined
  #waitingRecords = 0
  #waitingBytes = 0

  constructor(worker: WorkerClient<JournalCalls>) {
    this.#worker = worker
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE also when {@link MAX_WAITING_RECORDS} or {@link MAX_WAITING_BYTES} wait */
  async append(body: Uint8Array): Promise<number> {
    const bytes = body.byteLength
    this.#refuseOverflow(bytes)
    this.#waitingRecords++
    this.#waitingBytes += bytes
    try {
      // a copy of its own: a Buffer may share its memory with others, and the caller may write into it again
      const copy = new Uint8Array(body)
      const position = await this.#worker.call('append', copy, [copy.buffer])
      await this.#turns.admit(bytes)
      this.#follower?.onRecords([{ position, body }])
      return position
    } finally {
      this.#waitingRecords--
      this.#waitingBytes -= bytes
    }
  }

  async appendOnce(body: Uint8Array, { receiptId }: OnceKey): Promise<string> {
    await this.append(body)
    return receiptId
  }

  /** What lies behind `afterPosition` already was read before: nobody else appends. */
  follow(_afterPosition: number, follower: JournalFollower): void {
    this.#follower = follower
    follower.onLead(true)
  }

  read(afterPosition: number, limit: number): Promise<readonly JournalRecord[]> {
    return this.#worker.call('read', { afterPosition, limit })
  }

  async trim(position: number): Promise<void> {
    // each step is a call of its own, so appends that arrive meanwhile come between
    while (await this.#worker.call('trimStep', position));
  }

  async size(): Promise<{ readonly records: number }> {
    return { records: await this.#worker.call('countRecords', undefined) }
  }

  close(): Promise<void> {
    return this.#worker.close()
  }

  #refuseOverflow(bytes: number): void {
    if (this.#waitingRecords < MAX_WAITING_RECORDS && this.#waitingBytes + bytes <= MAX_WAITING_BYTES) return
    throw new HoneyjamError(
      'STORE_UNAVAILABLE',
      `${this.#waitingRecords} records (${this.#waitingBytes} bytes) wait for the disk already: send it again later`,
      { fields: { waitingRecords: this.#waitingRecords, waitingBytes: this.#waitingBytes } },
    )
  }
}
