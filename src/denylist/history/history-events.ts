import { packRange, rangeContains, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { entriesOf, readEntries } from './history-entries.ts'
import type { HistoryRecord } from './pack-history.ts'
import type { HistoryEvent, HistoryOperation } from './ports.ts'
import { historyOperation, isWide, touchedAddresses } from './touched-addresses.ts'

/** Where an address stands in which operation. */
export interface HistoryPlace {
  readonly position: number
  readonly index: number
  readonly isAllowed: boolean
  /** -1: as the operation says. */
  readonly ageMs: number
}

/** The places of an address in a row of the part that ends at `part`. */
export function placesOf(row: { readonly part: number; readonly entries: Uint8Array }, words: Uint32Array) {
  return Array.from(
    entriesOf(row.entries, words),
    ({ stepsBack, index, isAllowed, ageMs }): HistoryPlace => ({
      position: row.part - stepsBack,
      index,
      isAllowed,
      ageMs,
    }),
  )
}

/** What operations that are still in the journal did to an address of the account. */
export function eventsInJournal(
  records: readonly HistoryRecord[],
  { accountId, words }: { readonly accountId: number; readonly words: Uint32Array },
): HistoryEvent[] {
  return records.flatMap(({ position, operation, allowed }) => {
    const kept = operation.accountId === accountId ? historyOperation(operation, position) : undefined
    if (kept === undefined) return []
    const index = indexIn(touchedAddresses(operation), words)
    if (index < 0) return isWide(kept.detail) ? wideEvents([kept], words) : []
    const times = operation.kind === 'report' ? operation.observedAtMs : undefined
    const ageMs = times instanceof Float64Array ? operation.receivedAtMs - (times[index] ?? 0) : -1
    return [eventAt(kept, { position, index, isAllowed: allowed.has(index), ageMs })]
  })
}

/** An operation as it concerned an address it names. */
export function eventAt(
  operation: HistoryOperation,
  { index, isAllowed, ageMs }: HistoryPlace,
): HistoryEvent {
  const { accountId: _, ...rest } = operation
  const observed = ageMs < 0 ? {} : { observedAtMs: operation.receivedAtMs - ageMs }
  return { ...rest, index, isAllowed, ...observed }
}

/** Those of the operations that concern an address without naming it. */
export function wideEvents(operations: readonly HistoryOperation[], words: Uint32Array): HistoryEvent[] {
  return operations.flatMap((operation) => {
    const { isAll, listId, ranges, append, remove } = operation.detail
    const named = [ranges, append, remove].filter((each) => each !== undefined)
    // what empties or deletes a list concerns an address that was on it, which the timeline finds out
    const isWhole = isAll === true || (listId !== undefined && named.length === 0)
    if (!isWhole && !named.some((each) => each.some((range) => isIn(range, words)))) return []
    return [eventAt(operation, { position: operation.position, index: -1, isAllowed: false, ageMs: -1 })]
  })
}

/** Whether a range holds the packed address. */
export function isIn(range: string, words: Uint32Array): boolean {
  const packed = packRange(range)
  return packed !== undefined && rangeContains(packed, words, 0)
}

function indexIn(addresses: Uint32Array, words: Uint32Array): number {
  for (let offset = 0; offset < addresses.length; offset += WORDS_PER_ADDRESS) {
    if (words.every((word, index) => addresses[offset + index] === word)) return offset / WORDS_PER_ADDRESS
  }
  return -1
}

/** What a store found of an address. */
export interface FoundHistory {
  readonly places: readonly HistoryPlace[]
  /** Those the places name. */
  readonly operations: readonly HistoryOperation[]
  /** Of the account, that may concern addresses they do not name. */
  readonly wide: readonly HistoryOperation[]
  /** Still in the journal, and covered by the tables. */
  readonly tail: readonly HistoryRecord[]
}

/** Puts together what was found: events, the newest first. */
export function joinEvents(
  { places, operations, wide, tail }: FoundHistory,
  query: { readonly accountId: number; readonly words: Uint32Array; readonly limit: number },
): HistoryEvent[] {
  const operationByPosition = new Map(operations.map((operation) => [operation.position, operation]))
  const named = places.flatMap((place) => {
    const operation = operationByPosition.get(place.position)
    return operation?.accountId === query.accountId ? [eventAt(operation, place)] : []
  })
  const namedPositions = new Set(named.map(({ position }) => position))
  const unnamed = wideEvents(wide, query.words).filter(({ position }) => !namedPositions.has(position))
  return [...eventsInJournal(tail, query), ...named, ...unnamed]
    .toSorted((left, right) => right.position - left.position)
    .slice(0, query.limit)
}

/** Where an address stands among those of an operation. */
export interface AddressPlace {
  readonly accountId: number
  readonly position: number
  readonly index: number
}

/** The address of that place, if it stands in the row. */
export function addressAt(
  row: { readonly part: number; readonly entries: Uint8Array },
  { position, index }: AddressPlace,
): Uint32Array | undefined {
  const found = readEntries(
    row.entries,
    ({ entry }) => row.part - entry.stepsBack === position && entry.index === index,
  )
  for (const { words } of found) return words
  return undefined
}

/** The address of that place, if the operation is among the records. */
export function addressInRecords(
  records: readonly HistoryRecord[],
  place: AddressPlace,
): Uint32Array | undefined {
  const record = records.find(
    ({ position, operation }) => position === place.position && operation.accountId === place.accountId,
  )
  if (record === undefined) return undefined
  const start = WORDS_PER_ADDRESS * place.index
  const words = touchedAddresses(record.operation).slice(start, start + WORDS_PER_ADDRESS)
  return words.length === WORDS_PER_ADDRESS ? words : undefined
}
