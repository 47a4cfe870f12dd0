import { isPackedIpv4, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { Operation } from '../operation.ts'
import { bucketBitsFor, bucketOf } from './address-bucket.ts'
import { sizeOfEntry, writeEntry } from './history-entries.ts'
import type { HistoryOperation } from './ports.ts'
import { historyOperation, touchedAddresses } from './touched-addresses.ts'

/** An operation on its way into the history. */
export interface HistoryRecord {
  readonly position: number
  readonly operation: Operation
  /** Indexes of its addresses that an allowlist kept off the list. */
  readonly allowed: ReadonlySet<number>
}

/** The addresses of one account, in one part, that fall into one bucket. */
export interface HistoryRow {
  readonly accountId: number
  readonly bits: number
  readonly bucket: number
  readonly entries: Uint8Array
}

/** Some operations in a row as they are stored: the part is named by the last position. */
export interface HistoryPart {
  readonly part: number
  readonly newestMs: number
  readonly operations: readonly HistoryOperation[]
  readonly rows: readonly HistoryRow[]
}

interface Touch {
  readonly record: HistoryRecord
  readonly words: Uint32Array
}

/**
 * Lays out operations so that the history of an address is found by reading few rows: the addresses of an account go into
 * buckets, each of which is one row, however many operations named them. So a report of a thousand costs some 16 rows at full
 * rate, and not a thousand.
 * @param part of the last record; positions are told from there
 */
export function packHistory(records: readonly HistoryRecord[], part: number): HistoryPart {
  const touchesByAccount = new Map<number, Touch[]>()
  const operations: HistoryOperation[] = []
  let newestMs = 0
  for (const record of records) {
    newestMs = Math.max(newestMs, record.operation.receivedAtMs)
    const kept = historyOperation(record.operation, record.position)
    if (kept === undefined) continue
    operations.push(kept)
    const words = touchedAddresses(record.operation)
    if (words.length === 0) continue
    const touches = touchesByAccount.get(kept.accountId)
    if (touches === undefined) touchesByAccount.set(kept.accountId, [{ record, words }])
    else touches.push({ record, words })
  }
  const rows = [...touchesByAccount].flatMap(([accountId, touches]) => packTouches(accountId, touches, part))
  return { part, newestMs, operations, rows }
}

/** Measures first and writes then, so that each bucket is one piece of memory. */
function packTouches(accountId: number, touches: readonly Touch[], part: number): HistoryRow[] {
  const count = touches.reduce((sum, { words }) => sum + words.length / WORDS_PER_ADDRESS, 0)
  const bits = bucketBitsFor(count)
  const sizes = new Uint32Array(2 ** bits)
  eachEntry(touches, part, (words, offset, entry) => {
    const bucket = bucketOf(words, offset, bits)
    sizes[bucket] = (sizes[bucket] ?? 0) + sizeOfEntry(entry)
  })
  const buffers = Array.from(sizes, (size) => new Uint8Array(size))
  const ends = new Uint32Array(sizes.length)
  eachEntry(touches, part, (words, offset, entry) => {
    const bucket = bucketOf(words, offset, bits)
    const buffer = buffers[bucket]
    if (buffer !== undefined)
      ends[bucket] = writeEntry(buffer, ends[bucket] ?? 0, { words, offset, ...entry })
  })
  return buffers.flatMap((entries, bucket) =>
    entries.length === 0 ? [] : [{ accountId, bits, bucket, entries }],
  )
}

type OnEntry = (words: Uint32Array, offset: number, entry: Parameters<typeof sizeOfEntry>[0]) => void

function eachEntry(touches: readonly Touch[], part: number, onEntry: OnEntry): void {
  for (const { record, words } of touches) {
    const { operation, position, allowed } = record
    const times =
      operation.kind === 'report' && typeof operation.observedAtMs !== 'number'
        ? operation.observedAtMs
        : undefined
    for (let index = 0, offset = 0; offset < words.length; index++, offset += WORDS_PER_ADDRESS) {
      onEntry(words, offset, {
        stepsBack: part - position,
        index,
        isV4: isPackedIpv4(words, offset),
        isAllowed: allowed.size > 0 && allowed.has(index),
        ageMs: times === undefined ? -1 : operation.receivedAtMs - (times[index] ?? operation.receivedAtMs),
      })
    }
  }
}
