import { setImmediate as turn } from 'node:timers/promises'
import type { TaxiiQuery } from '../../../contract/index.ts'
import { toleranceMsOf } from '../freshness.ts'
import { type AddedDecisions, placeAfter } from './added-decisions.ts'
import type { TaxiiCollection } from './taxii-collection.ts'
import type { AddedObject, TaxiiObjects } from './taxii-objects.ts'

const DEFAULT_LIMIT = 1000
const MOST = 10_000
const STEP_OBJECTS = 512
/** What came before this process began is dated by its report, which may have arrived much later. */
const LATE_REPORTS_MS = 86_400_000
/** State, place in it, and when what stands there came. */
const NEXT = /^(\d{1,9})\.(\d{1,9})\.(\d{1,16})$/
/** There is one version of each object. */
const ANY_VERSION = new Set(['first', 'last', 'all'])

/** A part of a collection. */
export interface TaxiiPage {
  readonly objects: readonly AddedObject[]
  /** Where the next page begins; `undefined`: there is none. */
  readonly next: string | undefined
}

/**
 * The objects that a query asks for, those that are there the longest first; in steps. Place 0 is who made them, the others are
 * decisions.
 * @throws HoneyjamError STORE_UNAVAILABLE
 */
export async function taxiiPage(
  collection: TaxiiCollection,
  objects: TaxiiObjects,
  query: TaxiiQuery,
): Promise<TaxiiPage> {
  const { state, from } = await startOf(collection, query)
  const limit = Math.min(MOST, query.limit ?? DEFAULT_LIMIT, query['match[id]']?.length ?? MOST)
  const isWanted = filterOf(query)
  const end = state.order.length + 1
  const found: AddedObject[] = []
  let place = from
  for (let looked = 1; place < end && found.length < limit; place++, looked++) {
    if (looked % STEP_OBJECTS === 0) await turn()
    const added = place === 0 ? objects.identity : objects.indicator(state, state.order[place - 1] ?? 0)
    if (isWanted(added)) found.push(added)
  }
  const hasMore = place < end && found.length !== query['match[id]']?.length
  return { objects: found, next: hasMore ? nextOf(state, place) : undefined }
}

async function startOf(
  collection: TaxiiCollection,
  { next, added_after: addedAfterMs }: TaxiiQuery,
): Promise<{ readonly state: AddedDecisions; readonly from: number }> {
  const [, serial, place, atMs] = NEXT.exec(next ?? '') ?? []
  const before = serial === undefined ? undefined : collection.state(Number(serial))
  if (before !== undefined) return { state: before, from: Number(place) }
  const state = await collection.current()
  // that state is gone: rather tell of some twice than leave one out
  if (atMs !== undefined) return { state, from: 1 + placeAfter(state, Number(atMs) - 1) }
  if (addedAfterMs === undefined) return { state, from: 0 }
  const isFromBefore = addedAfterMs < collection.beganAtMs
  // another process may have told of a large list what is not in this state yet
  const earlierMs = isFromBefore ? LATE_REPORTS_MS : 2 * toleranceMsOf(state.ranked.count)
  return { state, from: 1 + placeAfter(state, addedAfterMs - earlierMs) }
}

function nextOf(state: AddedDecisions, place: number): string {
  return `${state.serial}.${place}.${state.addedAtMs[state.order[place - 1] ?? 0] ?? 0}`
}

function filterOf(query: TaxiiQuery): (added: AddedObject) => boolean {
  const wanted: readonly (readonly [
    values: readonly string[] | undefined,
    of_: (added: AddedObject) => unknown,
  ])[] = [
    [query['match[id]'], ({ object }) => object['id']],
    [query['match[type]'], ({ object }) => object['type']],
    [query['match[spec_version]'], ({ object }) => object['spec_version']],
    [versionsOf(query['match[version]']), ({ object }) => object['modified']],
  ]
  return (added) =>
    wanted.every(([values, of_]) => values === undefined || values.includes(String(of_(added))))
}

function versionsOf(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.some((value) => ANY_VERSION.has(value)) === true ? undefined : values
}
