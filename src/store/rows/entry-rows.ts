import type { EntryLabel, EntryRows } from '../../denylist/index.ts'
import { comparePacked, WORDS_PER_ADDRESS } from '../../ip/index.ts'

export const ADDRESS_BYTES = 16
const BYTES_PER_WORD = 4

/** Rows in arrays of their own that can be moved to another thread. */
export interface MovableRows extends EntryRows {
  readonly accountIds: Uint32Array<ArrayBuffer>
  readonly addresses: Uint32Array<ArrayBuffer>
  readonly lastReportMs: Float64Array<ArrayBuffer>
  readonly expiresAtMs: Float64Array<ArrayBuffer>
  readonly totalReports: Uint32Array<ArrayBuffer>
  readonly appliedPositions: Float64Array<ArrayBuffer>
  readonly labelIndexes: Uint32Array<ArrayBuffer>
}

/** Rows of zeros. */
export function createRows(count: number, labels: readonly EntryLabel[]): MovableRows {
  return {
    count,
    accountIds: new Uint32Array(count),
    addresses: new Uint32Array(WORDS_PER_ADDRESS * count),
    lastReportMs: new Float64Array(count),
    expiresAtMs: new Float64Array(count),
    totalReports: new Uint32Array(count),
    appliedPositions: new Float64Array(count),
    labelIndexes: new Uint32Array(count),
    labels,
  }
}

/** Copies the rows (a millisecond for 32,000): the caller keeps its own, to write them again after a failure. */
export function copyRows(rows: EntryRows): MovableRows {
  const { count, labels } = rows
  return {
    count,
    accountIds: rows.accountIds.slice(0, count),
    addresses: rows.addresses.slice(0, WORDS_PER_ADDRESS * count),
    lastReportMs: rows.lastReportMs.slice(0, count),
    expiresAtMs: rows.expiresAtMs.slice(0, count),
    totalReports: rows.totalReports.slice(0, count),
    appliedPositions: rows.appliedPositions.slice(0, count),
    labelIndexes: rows.labelIndexes.slice(0, count),
    labels,
  }
}

/** What moves when the rows go to another thread. */
export function buffersOf(rows: MovableRows): readonly ArrayBuffer[] {
  return [
    rows.accountIds.buffer,
    rows.addresses.buffer,
    rows.lastReportMs.buffer,
    rows.expiresAtMs.buffer,
    rows.totalReports.buffer,
    rows.appliedPositions.buffer,
    rows.labelIndexes.buffer,
  ]
}

/** Row numbers by (account, address), the order of the table; rows of one address keep their order. */
export function tableOrder(rows: EntryRows): Uint32Array {
  const { accountIds, addresses } = rows
  return Uint32Array.from({ length: rows.count }, (_, row) => row).toSorted(
    (left, right) =>
      (accountIds[left] ?? 0) - (accountIds[right] ?? 0) ||
      comparePacked(addresses, WORDS_PER_ADDRESS * left, addresses, WORDS_PER_ADDRESS * right) ||
      left - right,
  )
}

/** Writes the packed address of a row as 16 bytes, which sort as the address does. */
export function addressToBytes(addresses: Uint32Array, row: number, bytes: Buffer): void {
  for (let word = 0; word < WORDS_PER_ADDRESS; word++) {
    bytes.writeUInt32BE(addresses[WORDS_PER_ADDRESS * row + word] ?? 0, BYTES_PER_WORD * word)
  }
}

/** The reverse for many: 16 bytes a row. */
export function bytesToAddresses(bytes: Buffer, addresses: Uint32Array): void {
  for (const index of addresses.keys()) addresses[index] = bytes.readUInt32BE(BYTES_PER_WORD * index)
}
