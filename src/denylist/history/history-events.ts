import { WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { coveringRanges } from './covering-ranges.ts'
import { entriesOf, readEntries } from './history-entries.ts'
import type { HistoryRecord } from './pack-history.ts'
import type { FoundEvents, HistoryEvent, HistoryOperation } from './ports.ts'
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
  {
    accountId,
    words,
    isConcerned,
  }: { readonly accountId: number; readonly words: Uint32Array; readonly isConcerned: IsConcerned },
): HistoryEvent[] {
  return records.flatMap(({ position, operation, allowed }) => {
    const kept = operation.accountId === accountId ? historyOperation(operation, position) : undefined
    if (kept === undefined) return []
    const index = indexIn(touchedAddresses(operation), words)
    if (index < 0) return isWide(kept.detail) ? wideEvents([kept], isConcerned) : []
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

/** Says of an operation whether it concerns an address without naming it. */
export type IsConcerned = (operation: Pick<HistoryOperation, 'detail'>) => boolean

/** Makes the test for a packed address. */
export function concerning(words: Uint32Array): IsConcerned {
  const ranges = coveringRanges(words)
  return ({ detail: { isAll, listId, ranges: ofAll, append, remove } }) => {
    const named = [ofAll, append, remove].filter((each) => each !== undefined)
    // what empties or deletes a list concerns an address that was on it, which the timeline finds out
    const isWhole = isAll === true || (listId !== undefined && named.length === 0)
    return isWhole || named.some((each) => each.some((range) => ranges.has(range)))
  }
}

function wideEvents(operations: readonly HistoryOperation[], isConcerned: IsConcerned): HistoryEvent[] {
  return operations
    .filter(isConcerned)
    .map((operation) =>
      eventAt(operation, { position: operation.position, index: -1, isAllowed: false, ageMs: -1 }),
    )
}

/**
 * What is read of operations for one address, in characters: each may name 10,000 networks, and whoever asks for the history of
 * an address must not hold up others by it.
 */
export const MAX_DETAIL_CHARACTERS = 8 * 1024 * 1024

/** Takes rows, the newest first, until they say too much. */
export function takeDetails<Row extends { readonly detail: string }>(
  rows: Iterable<Row>,
): { readonly rows: readonly Row[]; readonly isCut: boolean } {
  const taken: Row[] = []
  let characters = 0
  for (const row of rows) {
    taken.push(row)
    characters += row.detail.length
    if (characters >= MAX_DETAIL_CHARACTERS) return { rows: taken, isCut: true }
  }
  return { rows: taken, isCut: false }
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
  /** Whether not all that there is was read. */
  readonly isCut: boolean
}

/** Puts together what was found: events, the newest first. */
export function joinEvents(
  { places, operations, wide, tail, isCut }: FoundHistory,
  query: { readonly accountId: number; readonly words: Uint32Array; readonly limit: number },
): FoundEvents {
  const isConcerned = concerning(query.words)
  const operationByPosition = new Map(operations.map((operation) => [operation.position, operation]))
  const named = places.flatMap((place) => {
    const operation = operationByPosition.get(place.position)
    return operation?.accountId === query.accountId ? [eventAt(operation, place)] : []
  })
  const namedPositions = new Set(named.map(({ position }) => position))
  const unnamed = wideEvents(wide, isConcerned).filter(({ position }) => !namedPositions.has(position))
  const events = [...eventsInJournal(tail, { ...query, isConcerned }), ...named, ...unnamed].toSorted(
    (left, right) => right.position - left.position,
  )
  // of what is wide only the newest were looked at
  const isFull = events.length >= query.limit || wide.length >= query.limit
  return { events: events.slice(0, query.limit), isCut: isCut || isFull }
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
