import fc from 'fast-check'
import { type Checkpoint, type EntryRows, NO_LIST_CHANGES } from '../../src/denylist/index.ts'
import { WORDS_PER_ADDRESS } from '../../src/ip/index.ts'

/** One row of `EntryRows`, as tests write and compare it. */
export interface EntryRow {
  readonly accountId: number
  /** The last word of the address tells most test addresses apart; the others come in front of it. */
  readonly words: readonly [number, number, number, number]
  readonly lastReportMs: number
  readonly expiresAtMs: number
  readonly totalReports: number
  readonly appliedPosition: number
  readonly dataset: string
  readonly tags: readonly string[]
}

/** The packed form of `::ffff:0:0/96` plus `number`. */
export function ipv4Words(number: number): EntryRow['words'] {
  return [0, 0, 0xffff, number >>> 0]
}

/** A row with everything filled in. */
export function entryRow(row: Partial<EntryRow> = {}): EntryRow {
  return {
    accountId: 1,
    words: ipv4Words(0xc0000201),
    lastReportMs: 1_700_000_000_000,
    expiresAtMs: 1_700_086_400_000,
    totalReports: 1,
    appliedPosition: 1,
    dataset: 'ABUSE',
    tags: ['COWRIE', 'LOGIN'],
    ...row,
  }
}

/** Puts rows into parallel arrays, each with a label of its own. */
export function packRows(rows: readonly EntryRow[]): EntryRows {
  return {
    count: rows.length,
    accountIds: Uint32Array.from(rows, (row) => row.accountId),
    addresses: Uint32Array.from(rows.flatMap((row) => row.words)),
    lastReportMs: Float64Array.from(rows, (row) => row.lastReportMs),
    expiresAtMs: Float64Array.from(rows, (row) => row.expiresAtMs),
    totalReports: Uint32Array.from(rows, (row) => row.totalReports),
    appliedPositions: Float64Array.from(rows, (row) => row.appliedPosition),
    labelIndexes: Uint32Array.from(rows.keys()),
    labels: rows.map(({ dataset, tags }) => ({ dataset, tags })),
  }
}

/** The reverse of {@link packRows}. */
export function unpackRows(rows: EntryRows): EntryRow[] {
  return Array.from({ length: rows.count }, (_, row) => {
    const label = rows.labels[rows.labelIndexes[row]!]!
    return {
      accountId: rows.accountIds[row]!,
      words: [...rows.addresses.subarray(WORDS_PER_ADDRESS * row, WORDS_PER_ADDRESS * (row + 1))] as [
        number,
        number,
        number,
        number,
      ],
      lastReportMs: rows.lastReportMs[row]!,
      expiresAtMs: rows.expiresAtMs[row]!,
      totalReports: rows.totalReports[row]!,
      appliedPosition: rows.appliedPositions[row]!,
      dataset: label.dataset,
      tags: label.tags,
    }
  })
}

/** Orders rows by account and address, so that lists of rows compare. */
export function sortRows(rows: readonly EntryRow[]): EntryRow[] {
  return rows.toSorted(
    (left, right) =>
      left.accountId - right.accountId ||
      (left.words.find((word, index) => word !== right.words[index]) ?? 0) -
        (right.words.find((word, index) => word !== left.words[index]) ?? 0),
  )
}

/** Rows of few accounts and few addresses, so that most come more than once. */
export function entryRows(accountIds: readonly number[]): fc.Arbitrary<EntryRow> {
  return fc.record({
    accountId: fc.constantFrom(...accountIds),
    words: fc.constantFrom<EntryRow['words'][]>(
      ipv4Words(1),
      ipv4Words(0xffffffff),
      [0x20010db8, 0, 0, 1],
      [0x20010db8, 0, 0, 0xffffffff],
      [0x20010db8, 0xffffffff, 0, 1],
      [0xfe800000, 0, 0, 0],
    ),
    lastReportMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    expiresAtMs: fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 5_000_000_000_000 })),
    totalReports: fc.integer({ min: 1, max: 0xffffffff }),
    appliedPosition: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    dataset: fc.oneof(fc.constant('ABUSE'), fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })),
    tags: fc.array(fc.string({ maxLength: 8 }), { maxLength: 4 }),
  })
}

/** A checkpoint with nothing in it but the given parts. */
export function checkpointOf(parts: Partial<Checkpoint>): Checkpoint {
  return {
    entries: packRows([]),
    allowed: [],
    disallowed: [],
    lists: NO_LIST_CHANGES,
    receipts: [],
    coveredPosition: 1,
    ...parts,
  }
}
