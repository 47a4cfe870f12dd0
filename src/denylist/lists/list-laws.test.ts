import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { complete } from '../../../test/support/complete.ts'
import { address } from '../../../test/support/entries.ts'
import { TableModel } from '../../../test/support/table-model.ts'
import { unpackAddress, wordsOf } from '../../ip/index.ts'
import { AccountLists } from '../account-lists.ts'
import { buildCheckpoint } from '../build-checkpoint.ts'
import { DenylistState } from '../denylist-state.ts'
import { endOfStay } from '../merge-report.ts'
import type { Operation, Receipt } from '../operation.ts'
import { defaultListsOf } from './default-lists.ts'
import { isInForce, type ListElementRow } from './list-rows.ts'

const startMs = 1_700_000_000_000
const accountIds = [1, 2] as const
const hosts = ['8.8.8.1', '8.8.8.2', '8.8.8.9', '2a00::1'].map(address)

/** An operation without what a run fills in; `listNumber` picks one of the lists there are. */
interface Draft {
  readonly kind: string
  readonly listNumber?: number | undefined
  readonly expiresInMs?: number | undefined
  readonly [field: string]: unknown
}

const ranges = fc.uniqueArray(
  fc.constantFrom('8.8.8.1/32', '8.8.8.0/29', '8.8.8.0/24', '2a00::/32', '9.9.9.9/32'),
  { maxLength: 4 },
)
const expiry = fc.oneof(fc.constant({}), fc.record({ expiresInMs: fc.integer({ min: 1, max: 300_000 }) }))
const listNumber = fc.nat(7)
const publicList = fc.constantFrom('public 1', 'public 2')
const origin = fc.constantFrom('https://a.example', 'https://b.example')

const drafts: fc.Arbitrary<Draft> = fc.oneof(
  fc
    .record({ listType: fc.constantFrom('ALLOW', 'DENY'), maxLists: fc.constantFrom(5, 100), expiry })
    .map(({ expiry: ends, ...rest }) => ({
      kind: 'list-create',
      resourceType: 'CIDR',
      name: 'n',
      description: 'd',
      tags: [],
      ...ends,
      ...rest,
    })),
  fc
    .record({ listNumber, name: fc.constantFrom('new', 'newer'), expiry })
    .map(({ expiry: ends, ...rest }) => ({ kind: 'list-update', ...ends, ...rest })),
  listNumber.map((number) => ({ kind: 'list-delete', listNumber: number })),
  {
    weight: 5,
    arbitrary: fc
      .record({ listNumber, append: ranges, remove: ranges, maxElements: fc.constantFrom(4, 100), expiry })
      .map(({ expiry: ends, ...rest }) => ({ kind: 'list-content', ...ends, ...rest })),
  },
  listNumber.map((number) => ({ kind: 'list-empty', listNumber: number })),
  fc
    .record({ listNumber, origin, status: fc.constantFrom('ACTIVE', 'INACTIVE', 'DELETED') })
    .map((rest) => ({ kind: 'list-origin', ...rest })),
  fc
    .record({ listId: publicList, status: fc.constantFrom('ACTIVE', 'INACTIVE'), expiry })
    .map(({ expiry: ends, ...rest }) => ({ kind: 'public-list-select', ...ends, ...rest })),
  publicList.map((listId) => ({
    kind: 'list-origin',
    listId,
    origin: 'https://c.example',
    status: 'ACTIVE',
  })),
  publicList.map((listId) => ({ kind: 'public-list-release', listId })),
  fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1 }).map((some) => ({
    kind: 'report',
    addresses: Uint32Array.from(some.flatMap((host) => [...wordsOf(host)])),
    ttlSeconds: 3600,
    dataset: 'ABUSE',
    tags: [],
  })),
)

type Action =
  | { readonly do: 'apply'; readonly draft: Draft; readonly afterMs: number; readonly accountId: number }
  | { readonly do: 'merge' | 'failed merge'; readonly maxRows: number }
  | { readonly do: 'crash' | 'sweep' }

const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('apply' as const),
      draft: drafts,
      afterMs: fc.nat(120_000),
      accountId: fc.constantFrom(...accountIds),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('merge' as const, 'failed merge' as const),
      maxRows: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'sweep' as const) }) },
)

/** A state that crashes and comes back, beside one that never does. */
class Run {
  readonly #journal: Operation[] = []
  readonly #tables = new TableModel()
  readonly untouched = new DenylistState(0)
  readonly receipts: [Receipt, Receipt][] = []
  /** Elements of deleted lists that stayed in the tables. */
  readonly orphans: ListElementRow[] = []
  #state = new DenylistState(0)
  #listsMade = 0
  nowMs = startMs

  take(action: Action): void {
    if (action.do === 'apply') this.#apply(action)
    else if (action.do === 'crash') this.#state = this.recover()
    else if (action.do === 'sweep') for (const lists of this.#state.accounts) sweep(lists, this.nowMs)
    else if ('maxRows' in action) this.#merge(action)
  }

  /** As a start after a crash does it. */
  recover(): DenylistState {
    const { coveredPosition, rows, allowed } = this.#tables
    const state = new DenylistState(coveredPosition)
    for (const row of rows.values()) state.load(row)
    state.loadAllowed([...allowed.values()])
    const oldestMs = this.#journal[coveredPosition]?.receivedAtMs ?? this.nowMs
    state.loadLists(this.#tables.loadLists(oldestMs))
    this.#journal.forEach((operation, index) => {
      if (index + 1 > coveredPosition) state.apply(operation, index + 1)
    })
    return state
  }

  #apply({ draft, afterMs, accountId }: Extract<Action, { do: 'apply' }>): void {
    this.nowMs += afterMs
    const { listNumber: number = 0, expiresInMs, ...rest } = draft
    const operation = {
      listId: draft.kind === 'list-create' ? `list ${this.#listsMade++}` : this.#listId(accountId, number),
      ...rest,
      ...(expiresInMs === undefined ? {} : { expiresAtMs: this.nowMs + expiresInMs }),
      ...(draft.kind === 'report' ? { observedAtMs: this.nowMs } : {}),
      accountId,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs: this.nowMs,
    } as unknown as Operation
    this.#journal.push(operation)
    const position = this.#journal.length
    this.receipts.push([this.#state.apply(operation, position), this.untouched.apply(operation, position)])
  }

  #listId(accountId: number, number: number): string {
    const { reported, deny, allow } = defaultListsOf(accountId)
    const defaults = [reported.listId, deny.listId, allow.listId]
    return defaults[number] ?? `list ${this.#listsMade - 1 - (number - defaults.length)}`
  }

  #merge(action: Extract<Action, { maxRows: number }>): void {
    const taken = this.#state.take(action.maxRows)
    const checkpoint = complete(buildCheckpoint(taken, this.#state))
    if (action.do === 'failed merge') return this.#state.putBack(taken)
    this.#tables.write(checkpoint)
    const { lists, elements } = this.#tables.loadLists(Number.NEGATIVE_INFINITY)
    const listIds = new Set(lists.map(({ listId }) => listId))
    this.orphans.push(...elements.filter(({ listId }) => !listIds.has(listId)))
    this.#state.mergedPosition = checkpoint.coveredPosition
  }
}

function sweep(lists: AccountLists, nowMs: number): void {
  lists.allowed.sweep(nowMs)
  lists.private.sweep(nowMs)
}

/** Everything a reader can see at `nowMs`. */
function visible(state: DenylistState, nowMs: number): unknown {
  return accountIds.map((accountId) => {
    const lists =
      state.find(accountId) ?? new AccountLists(accountId, state.labels, { position: 0, timeMs: 0 })
    const held = Array.from(lists.private.list(nowMs), ({ row, rowByElement }) => {
      const elements = [...rowByElement.values()].filter((each) => isInForce(each, nowMs))
      return {
        ...row,
        elements: elements.toSorted((left, right) => left.element.localeCompare(right.element)),
      }
    })
    const selections = ['public 1', 'public 2'].map((listId) => lists.private.findSelection(listId, nowMs))
    return {
      held: held.toSorted((left, right) => left.listId.localeCompare(right.listId)),
      selections,
      allowed: Array.from(lists.allowed.list(nowMs)).toSorted((left, right) =>
        left.range.localeCompare(right.range),
      ),
      covered: hosts.map((host) => coverage(lists, host, nowMs)),
      reported: reportedOf(lists, nowMs),
    }
  })
}

function coverage(lists: AccountLists, host: (typeof hosts)[number], nowMs: number): unknown {
  const lookup = { words: wordsOf(host), offset: 0, nowMs }
  const listsOf = (listType: 'ALLOW' | 'DENY') =>
    Array.from(
      lists.private.covering(listType, lookup),
      ({ listId, element }) => `${listId} ${element}`,
    ).toSorted()
  return [listsOf('ALLOW'), listsOf('DENY'), lists.isAllowed(lookup.words, 0, nowMs)]
}

function reportedOf({ reported }: AccountLists, nowMs: number): readonly string[] {
  const words = new Uint32Array(4)
  return Array.from({ length: reported.rowsEnd }, (_, row) => row)
    .filter((row) => reported.isInUse(row) && endOfStay(reported.stayOf(row)) > nowMs)
    .map((row) => {
      reported.copyWords(row, words, 0)
      return unpackAddress(words, 0)
    })
    .toSorted()
}

describe('private lists and choices of public ones', () => {
  test('after any crashes, merges and sweeps are those of a process that never crashed', () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 40 }), (steps) => {
        const run = new Run()
        for (const step of steps) run.take(step)
        expect(visible(run.recover(), run.nowMs)).toEqual(visible(run.untouched, run.nowMs))
        for (const [receipt, expected] of run.receipts) expect(receipt).toEqual(expected)
        expect(run.orphans).toEqual([])
      }),
      { numRuns: 1500 },
    )
  })

  test('keep allowed addresses off the reported list, and every default list', () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 60 }), (steps) => {
        const run = new Run()
        for (const step of steps) run.take(step)
        for (const lists of run.untouched.accounts) {
          for (const text of reportedOf(lists, run.nowMs)) {
            const lookup = { words: wordsOf(address(text)), offset: 0, nowMs: run.nowMs }
            expect([...lists.private.covering('ALLOW', lookup)]).toEqual([])
            expect(lists.allowed.covering(lookup.words, 0, run.nowMs)).toBeUndefined()
          }
          const names = Array.from(lists.private.list(run.nowMs), ({ row }) => row.name)
          for (const { name } of Object.values(defaultListsOf(lists.accountId))) expect(names).toContain(name)
        }
      }),
      { numRuns: 500 },
    )
  })
})
