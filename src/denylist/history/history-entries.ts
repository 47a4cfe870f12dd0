import { isPackedIpv4, WORDS_PER_ADDRESS } from '../../ip/index.ts'

/** One address in an operation, as a row of history holds it. */
export interface HistoryEntry {
  /** Positions from the operation to the end of the part. */
  readonly stepsBack: number
  readonly index: number
  readonly isV4: boolean
  readonly isAllowed: boolean
  /** Milliseconds from the sighting to the arrival; -1: not told of each address. */
  readonly ageMs: number
}

const IS_V4 = 1
const HAS_AGE = 2
const IS_ALLOWED = 4
const FLAG_VALUES = 8
const V4_BYTES = 4
const V6_BYTES = 16

/**
 * Bytes of an entry: steps back and flags, index, address, age; numbers in groups of seven bits, the lowest first (LEB128).
 * An IPv4 address takes 7 to 8 bytes at full rate.
 */
export function sizeOfEntry({ stepsBack, index, isV4, ageMs }: HistoryEntry): number {
  return (
    sizeOf(stepsBack * FLAG_VALUES) +
    sizeOf(index) +
    (isV4 ? V4_BYTES : V6_BYTES) +
    (ageMs < 0 ? 0 : sizeOf(ageMs))
  )
}

/** @returns where the next entry goes */
export function writeEntry(
  buffer: Uint8Array,
  start: number,
  entry: HistoryEntry & { readonly words: Uint32Array; readonly offset: number },
): number {
  const { stepsBack, index, isV4, isAllowed, ageMs, words, offset } = entry
  const flags = (isV4 ? IS_V4 : 0) + (ageMs < 0 ? 0 : HAS_AGE) + (isAllowed ? IS_ALLOWED : 0)
  let at = writeNumber(buffer, start, stepsBack * FLAG_VALUES + flags)
  at = writeNumber(buffer, at, index)
  for (let word = isV4 ? WORDS_PER_ADDRESS - 1 : 0; word < WORDS_PER_ADDRESS; word++) {
    const value = words[offset + word] ?? 0
    buffer[at++] = value >>> 24
    buffer[at++] = value >>> 16
    buffer[at++] = value >>> 8
    buffer[at++] = value
  }
  return ageMs < 0 ? at : writeNumber(buffer, at, ageMs)
}

/**
 * Reads the entries of a row in their order.
 * @param isWanted tells by the bytes of the address (4 or 16 from `at`) or by the rest of the entry
 */
export function* readEntries(
  row: Uint8Array,
  isWanted: (found: { readonly entry: Omit<HistoryEntry, 'ageMs'>; readonly at: number }) => boolean,
): Iterable<{ readonly entry: HistoryEntry; readonly words: Uint32Array }> {
  const cursor = { at: 0 }
  while (cursor.at < row.length) {
    const head = readNumber(row, cursor)
    const flags = head % FLAG_VALUES
    const entry = {
      stepsBack: Math.floor(head / FLAG_VALUES),
      index: readNumber(row, cursor),
      isV4: (flags & IS_V4) !== 0,
      isAllowed: (flags & IS_ALLOWED) !== 0,
    }
    const addressAt = cursor.at
    cursor.at += entry.isV4 ? V4_BYTES : V6_BYTES
    const ageMs = (flags & HAS_AGE) === 0 ? -1 : readNumber(row, cursor)
    if (isWanted({ entry, at: addressAt }))
      yield { entry: { ...entry, ageMs }, words: wordsAt(row, addressAt, entry.isV4) }
  }
}

/** Entries of one packed address. */
export function* entriesOf(row: Uint8Array, words: Uint32Array): Iterable<HistoryEntry> {
  const wanted = new Uint8Array(V6_BYTES)
  const view = new DataView(wanted.buffer)
  for (const [word, value] of words.entries()) view.setUint32(4 * word, value)
  const isV4 = isPackedIpv4(words, 0)
  const bytes = isV4 ? wanted.subarray(V6_BYTES - V4_BYTES) : wanted
  const isThere = ({ entry, at }: { readonly entry: Pick<HistoryEntry, 'isV4'>; readonly at: number }) =>
    entry.isV4 === isV4 && bytes.every((byte, index) => row[at + index] === byte)
  for (const { entry } of readEntries(row, isThere)) yield entry
}

function wordsAt(row: Uint8Array, at: number, isV4: boolean): Uint32Array {
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength)
  if (isV4) return Uint32Array.of(0, 0, 0xffff, view.getUint32(at))
  return Uint32Array.from({ length: WORDS_PER_ADDRESS }, (_, word) => view.getUint32(at + 4 * word))
}

function sizeOf(value: number): number {
  let size = 1
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) size++
  return size
}

function writeNumber(buffer: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) buffer[at++] = (rest % 128) + 128
  buffer[at++] = rest
  return at
}

function readNumber(row: Uint8Array, cursor: { at: number }): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = row[cursor.at++] ?? 0
    value += (byte % 128) * scale
    if (byte < 128) return value
  }
}
