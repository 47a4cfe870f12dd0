import { randomUUID } from 'node:crypto'
import type { OnceKey } from '../../denylist/index.ts'
import type { HoneyjamError } from '../../runtime/index.ts'
import { unavailable } from './postgres-error.ts'

/** How much may wait for the database; more is refused, so that a slow one cannot fill the memory. */
export const MAX_WAITING_RECORDS = 8192
export const MAX_WAITING_BYTES = 64 * 1024 * 1024
/** What waits so long is refused; of what was under way then, only the sender's key tells whether it was taken. */
const PATIENCE_MS = 10_000
const GROUP_RECORDS = 256
const GROUP_BYTES = 4 * 1024 * 1024

/** A record on its way into the journal. */
export interface PendingRecord {
  readonly id: string
  /** As it was handed over, to be handed on; and a copy, since its owner may write into it again. */
  readonly body: Uint8Array
  readonly bytes: Buffer
  readonly once: OnceKey | undefined
  /** Where it stands, once that is known. */
  position: number | undefined
  readonly done: Promise<Appended>
  resolve(appended: Appended): void
  reject(error: HoneyjamError): void
}

/** Where a record stands, or the earlier one with the same key. */
export interface Appended {
  readonly position: number
  readonly receiptId: string | undefined
}

/** Records that wait, and those under way, each of which is settled in the end. */
export class AppendQueue {
  readonly #pendingById = new Map<string, PendingRecord>()
  #waiting: PendingRecord[] = []
  #bytes = 0
  #onWaiting: () => void = () => undefined

  /** @throws HoneyjamError STORE_UNAVAILABLE too much waits already */
  add(body: Uint8Array, once: OnceKey | undefined): Promise<Appended> {
    this.#refuseOverflow(body.byteLength)
    const { promise: done, resolve, reject } = Promise.withResolvers<Appended>()
    const bytes = Buffer.from(body)
    const record: PendingRecord = {
      id: randomUUID(),
      body,
      bytes,
      once,
      position: undefined,
      done,
      resolve,
      reject,
    }
    this.#pendingById.set(record.id, record)
    this.#bytes += record.bytes.length
    this.#waiting.push(record)
    const impatience = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting !== record)
      reject(unavailable(`PostgreSQL did not take it within ${PATIENCE_MS / 1000} s`))
    }, PATIENCE_MS)
    const forget = () => {
      clearTimeout(impatience)
      this.#pendingById.delete(record.id)
      this.#bytes -= record.bytes.length
    }
    done.then(forget, forget)
    this.#onWaiting()
    return done
  }

  find(id: string): PendingRecord | undefined {
    return this.#pendingById.get(id)
  }

  /** Takes the records to be sent next; of those with the same key, only one. */
  takeGroup(): readonly PendingRecord[] {
    const group: PendingRecord[] = []
    const keys = new Set<string>()
    const left: PendingRecord[] = []
    let bytes = 0
    let isFull = false
    for (const record of this.#waiting) {
      isFull ||= group.length === GROUP_RECORDS || (bytes > 0 && bytes + record.bytes.length > GROUP_BYTES)
      const key = record.once && `${record.once.accountId} ${record.once.idempotencyKey}`
      if (isFull || (key !== undefined && keys.has(key))) {
        left.push(record)
        continue
      }
      group.push(record)
      bytes += record.bytes.length
      if (key !== undefined) keys.add(key)
    }
    this.#waiting = left
    return group
  }

  /** Puts records back that were not added, as far as anybody still waits for them. */
  putBack(records: readonly PendingRecord[]): void {
    this.#waiting = [...records.filter(({ id }) => this.#pendingById.has(id)), ...this.#waiting]
  }

  /** Resolves once something waits, or `ended` is aborted. */
  async untilWaiting(ended: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0 || ended.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const wake = () => resolve()
    this.#onWaiting = wake
    ended.addEventListener('abort', wake)
    await promise
    // the signal lives as long as the connection: a listener of each wait would stay with it
    ended.removeEventListener('abort', wake)
    this.#onWaiting = () => undefined
  }

  /** Refuses what waits and is not under way. */
  refuseWaiting(error: HoneyjamError): void {
    for (const record of this.#waiting.splice(0)) record.reject(error)
  }

  /** Resolves once everything that was handed over is settled. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#pendingById.values()].map(({ done }) => done))
  }

  #refuseOverflow(bytes: number): void {
    const records = this.#pendingById.size
    if (records < MAX_WAITING_RECORDS && this.#bytes + bytes <= MAX_WAITING_BYTES) return
    throw unavailable(
      `${records} records (${this.#bytes} bytes) wait for PostgreSQL already: send it again later`,
    )
  }
}
