import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type DenylistStore,
  type ListChanges,
  type ListElementRow,
  type ListOrigin,
  type ListRows,
  NO_LIST_CHANGES,
  type PrivateListRow,
  RESOURCE_TYPES,
  type SelectionRow,
} from '../../src/denylist/index.ts'
import { checkpointOf } from '../support/entry-rows.ts'
import { TableModel } from '../support/table-model.ts'
import type { MakePlace } from './place.ts'

/** What every store does with private lists, what is on them, and choices of public lists. */
export function listRowsContract(makePlace: MakePlace<DenylistStore>): void {
  it('holds the last written state of each list, element and choice, as a model does', async () => {
    const place = await makePlace()
    const store = await place.open()
    const model = new TableModel()
    await fc.assert(
      fc.asyncProperty(changes(), fc.integer({ min: -1, max: 6 }), async (written, boundMs) => {
        const checkpoint = checkpointOf({ lists: written })
        await store.writeCheckpoint(checkpoint)
        // a repeat changes nothing
        await store.writeCheckpoint(checkpoint)
        model.write(checkpoint)
        expect(sorted(await store.loadLists(boundMs))).toEqual(sorted(model.loadLists(boundMs)))
      }),
      { numRuns: 80 },
    )
    const before = sorted(await store.loadLists(-1))
    expect(sorted(await (await place.open()).loadLists(-1))).toEqual(before)
    await place.remove()
  })

  it('deletes what expired before the bound, and with a list all that is on it', async () => {
    const place = await makePlace()
    const store = await place.open()
    const kept = [list({ listId: 'for ever' }), list({ listId: 'later', expiresAtMs: 10 })]
    const lists = [...kept, list({ listId: 'over', expiresAtMs: 9 })]
    const elements = lists.map(({ listId }) => element({ listId }))
    const gone = element({ listId: 'for ever', element: 'gone', expiresAtMs: 9 })
    const selections = [selection({ listId: 'p', expiresAtMs: 9 }), selection({ listId: 'q' })]
    await store.writeCheckpoint(
      checkpointOf({ lists: { ...NO_LIST_CHANGES, lists, elements: [...elements, gone], selections } }),
    )
    const cutoffs = { entriesExpiredBeforeMs: 10, receiptsBeforeMs: 0 }
    expect(await store.deleteHistory(cutoffs)).toBe(4)
    expect(await store.deleteHistory(cutoffs)).toBe(0)
    expect(sorted(await store.loadLists(-1))).toEqual(
      sorted({ lists: kept, elements: elements.slice(0, 2), selections: selections.slice(1) }),
    )
    await place.remove()
  })
}

function sorted({ lists, elements, selections }: ListRows): ListRows {
  const byKey = <
    Row extends { readonly accountId: number; readonly listId: string; readonly element?: string },
  >(
    rows: readonly Row[],
  ) => {
    const key = (row: Row) => JSON.stringify([row.accountId, row.listId, row.element])
    return rows.toSorted((left, right) => (key(left) < key(right) ? -1 : 1))
  }
  return { lists: byKey(lists), elements: byKey(elements), selections: byKey(selections) }
}

function list(row: Partial<PrivateListRow>): PrivateListRow {
  return {
    accountId: 1,
    listId: 'list',
    listType: 'DENY',
    resourceType: 'CIDR',
    name: 'name',
    description: '',
    tags: [],
    createdAtMs: 1,
    updatedAtMs: 1,
    origins: [],
    appliedPosition: 1,
    ...row,
  }
}

function element(row: Partial<ListElementRow>): ListElementRow {
  return { accountId: 1, listId: 'list', element: '192.0.2.0/24', createdAtMs: 1, appliedPosition: 1, ...row }
}

function selection(row: Partial<SelectionRow>): SelectionRow {
  return {
    accountId: 1,
    listId: 'public',
    status: 'ACTIVE',
    createdAtMs: 1,
    updatedAtMs: 1,
    origins: [],
    appliedPosition: 1,
    ...row,
  }
}

const accountId = fc.constantFrom(1, 2)
const key = { accountId, listId: fc.constantFrom('a', 'b', 'c') }
const text = fc.string({ unit: 'binary', maxLength: 8 }).filter((each) => !/[\0\p{Cs}]/u.test(each))
const time = fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 4_000_000_000_000 }))
const elementText = fc.constantFrom('192.0.2.0/24', '2001:db8::/32', "x'; DROP TABLE private_list; --", 'ü')
const states = {
  createdAtMs: time,
  updatedAtMs: time,
  appliedPosition: fc.integer({ min: 1, max: 2 ** 53 - 1 }),
}

function withExpiry<Row extends object>(
  rows: fc.Arbitrary<Row>,
): fc.Arbitrary<Row & { expiresAtMs?: number }> {
  return fc.oneof(
    rows,
    fc.tuple(rows, time).map(([row, expiresAtMs]) => ({ ...row, expiresAtMs })),
  )
}

const origins: fc.Arbitrary<ListOrigin[]> = fc.array(
  withExpiry(
    fc.record({
      origin: text,
      status: fc.constantFrom<ListOrigin['status'][]>('ACTIVE', 'INACTIVE'),
      createdAtMs: time,
      updatedAtMs: time,
    }),
  ),
  { maxLength: 2 },
)
const lists: fc.Arbitrary<PrivateListRow> = withExpiry(
  fc.record({
    ...key,
    listType: fc.constantFrom<PrivateListRow['listType'][]>('ALLOW', 'DENY'),
    resourceType: fc.constantFrom(...RESOURCE_TYPES),
    name: text,
    description: text,
    tags: fc.array(text, { maxLength: 2 }),
    origins,
    ...states,
  }),
)
const elements: fc.Arbitrary<ListElementRow> = withExpiry(
  fc.record({ ...key, element: elementText, createdAtMs: time, appliedPosition: states.appliedPosition }),
)
const selections: fc.Arbitrary<SelectionRow> = withExpiry(
  fc.record({
    ...key,
    status: fc.constantFrom<SelectionRow['status'][]>('ACTIVE', 'INACTIVE'),
    origins,
    ...states,
  }),
)

/** Each list, element and choice stands in it once, removed or not. */
function changes(): fc.Arbitrary<ListChanges> {
  const some = <Row>(rows: fc.Arbitrary<Row>, keyOf: (row: Row) => string) =>
    fc.uniqueArray(fc.record({ row: rows, isRemoved: fc.boolean() }), {
      maxLength: 4,
      selector: ({ row }) => keyOf(row),
    })
  const listKey = (row: { readonly accountId: number; readonly listId: string }) =>
    `${row.accountId} ${row.listId}`
  return fc
    .record({
      lists: some(lists, listKey),
      elements: some(elements, (row) => `${listKey(row)} ${row.element}`),
      selections: some(selections, listKey),
    })
    .map((drawn) => {
      const removedLists = new Set(
        drawn.lists.filter(({ isRemoved }) => isRemoved).map(({ row }) => listKey(row)),
      )
      const ofLists = drawn.elements.filter(({ row }) => !removedLists.has(listKey(row)))
      return {
        lists: kept(drawn.lists),
        elements: kept(ofLists),
        selections: kept(drawn.selections),
        removedLists: removed(drawn.lists).map(({ accountId: account, listId }) => ({
          accountId: account,
          listId,
        })),
        removedElements: removed(ofLists).map((row) => {
          return { accountId: row.accountId, listId: row.listId, element: row.element }
        }),
        removedSelections: removed(drawn.selections).map((row) => {
          return { accountId: row.accountId, listId: row.listId }
        }),
      }
    })
}

interface Drawn<Row> {
  readonly row: Row
  readonly isRemoved: boolean
}

function kept<Row>(drawn: readonly Drawn<Row>[]): Row[] {
  return drawn.flatMap(({ row, isRemoved }) => (isRemoved ? [] : [row]))
}

function removed<Row>(drawn: readonly Drawn<Row>[]): Row[] {
  return drawn.flatMap(({ row, isRemoved }) => (isRemoved ? [row] : []))
}
