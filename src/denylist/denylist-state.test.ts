import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { complete } from '../../test/support/complete.ts'
import { TableModel } from '../../test/support/table-model.ts'
import { packAddress, unpackAddress } from '../ip/index.ts'
import { buildCheckpoint } from './build-checkpoint.ts'
import { DenylistState } from './denylist-state.ts'
import { endOfStay, UNBAN_MEMORY_MS } from './merge-report.ts'
import type { Operation, Receipt } from './operation.ts'

const startMs = 1_700_000_000_000
const accountIds = [1, 2] as const

/** As a start after a crash does it. */
function recover(tables: TableModel, journal: readonly Operation[]): DenylistState {
  const state = new DenylistState(tables.coveredPosition)
  const oldestMs = journal[tables.coveredPosition]?.receivedAtMs ?? Number.POSITIVE_INFINITY
  for (const rows of tables.rows.values()) {
    if ((rows.expiresAtMs[0] ?? 0) > Math.min(oldestMs, lastMs(journal)) - UNBAN_MEMORY_MS) state.load(rows)
  }
  state.loadAllowed([...tables.allowed.values()])
  journal.forEach((operation, index) => {
    if (index + 1 > tables.coveredPosition) state.apply(operation, index + 1)
  })
  return state
}

function lastMs(journal: readonly Operation[]): number {
  return journal.at(-1)?.receivedAtMs ?? startMs
}

/** Everything a reader can see of the lists at `nowMs`. */
function visible(state: DenylistState, nowMs: number): unknown {
  return accountIds.map((accountId) => {
    const lists = state.find(accountId)
    if (lists === undefined) return { entries: [], allowed: [] }
    const words = new Uint32Array(4)
    const entries = Array.from({ length: lists.reported.rowsEnd }, (_, row) => row)
      .filter((row) => lists.reported.isInUse(row) && endOfStay(lists.reported.stayOf(row)) > nowMs)
      .map((row) => {
        lists.reported.copyWords(row, words, 0)
        const { dataset, tags } = state.labels.labelOf(lists.reported.labelIdOf(row))
        return {
          address: unpackAddress(words, 0),
          ...lists.reported.stayOf(row),
          dataset,
          tags: tags.toSorted(),
        }
      })
    const allowed = Array.from(lists.allowed.list(nowMs), (row) => row.range)
    return {
      entries: entries.toSorted((left, right) => left.address.localeCompare(right.address)),
      allowed: allowed.toSorted(),
    }
  })
}

const addresses = fc
  .uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 })
  .map((hosts) => packAll(hosts.map((host) => (host > 10 ? `2a00::${host}` : `8.8.8.${host}`))))

function packAll(texts: readonly string[]): Uint32Array {
  const words = new Uint32Array(4 * texts.length)
  texts.forEach((text, index) => packAddress(text, words, 4 * index))
  return words
}

const ranges = fc.uniqueArray(fc.constantFrom('8.8.8.3/32', '8.8.8.0/30', '8.8.8.8/29', '2a00::/16'), {
  minLength: 1,
})
const labels = fc.record({
  dataset: fc.constantFrom('ABUSE', 'TOR'),
  tags: fc.uniqueArray(fc.constantFrom('A', 'B', 'C')),
})

type Draft = Omit<Operation, 'receivedAtMs' | 'accountId' | 'keyId' | 'receiptId'> & {
  readonly lateMs?: number
}
const drafts = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        addresses,
        ttlSeconds: fc.integer({ min: 1, max: 500 }),
        lateMs: fc.nat(300_000),
        label: labels,
      })
      .map(({ label, ...rest }): Draft => ({ kind: 'report', ...rest, ...label })),
  },
  {
    weight: 2,
    arbitrary: addresses.map((unbanned): Draft => ({ kind: 'unban', addresses: unbanned }) as Draft),
  },
  {
    weight: 1,
    arbitrary: addresses.map((removed): Draft => ({ kind: 'remove', addresses: removed }) as Draft),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'remove', addresses: 'all' } as Draft) },
  {
    weight: 2,
    arbitrary: fc
      .record({ ranges, ttlSeconds: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }) })
      .map(
        (draft) =>
          JSON.parse(JSON.stringify({ kind: 'allow', dataset: 'ABUSE', tags: [], ...draft })) as Draft,
      ),
  },
  { weight: 1, arbitrary: ranges.map((disallowed) => ({ kind: 'disallow', ranges: disallowed }) as Draft) },
)

interface Apply {
  readonly do: 'apply'
  readonly draft: Draft
  readonly afterMs: number
  readonly accountId: number
}

type Action =
  | Apply
  | { readonly do: 'merge' | 'failed merge'; readonly maxRows: number; readonly meanwhile: readonly Apply[] }
  | { readonly do: 'crash' | 'sweep' }

const apply: fc.Arbitrary<Apply> = fc.record({
  do: fc.constant('apply' as const),
  draft: drafts,
  afterMs: fc.nat(120_000),
  accountId: fc.constantFrom(...accountIds),
})

const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: apply },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('merge' as const, 'merge' as const, 'merge' as const, 'failed merge' as const),
      maxRows: fc.integer({ min: 1, max: 8 }),
      meanwhile: fc.array(apply, { maxLength: 4 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash' as const, 'sweep' as const) }) },
)

interface Run {
  readonly state: DenylistState
  readonly untouched: DenylistState
  readonly nowMs: number
  /** Of each operation: from the state that crashes, and from the other. */
  readonly receipts: readonly (readonly [Receipt, Receipt])[]
}

/** Runs the actions; gives the state that crashed and came back, beside one that never did. */
function run(steps: readonly Action[]): Run {
  const receipts: [Receipt, Receipt][] = []
  const journal: Operation[] = []
  const tables = new TableModel()
  const untouched = new DenylistState(0)
  let state = new DenylistState(0)
  let nowMs = startMs
  const applyOne = ({ draft: { lateMs = 0, ...draft }, afterMs, accountId }: Apply) => {
    nowMs += afterMs
    const operation = {
      ...draft,
      accountId,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs: nowMs,
      ...(draft.kind === 'report' ? { observedAtMs: nowMs - lateMs } : {}),
    } as Operation
    journal.push(operation)
    receipts.push([state.apply(operation, journal.length), untouched.apply(operation, journal.length)])
  }
  for (const step of steps) {
    if (step.do === 'apply') applyOne(step)
    else if (step.do === 'crash') state = recover(tables, journal)
    else if (step.do === 'sweep') sweep(state, nowMs)
    else if ('maxRows' in step) {
      const meanwhile = [...step.meanwhile]
      merge(state, tables, { ...step, onTurn: () => meanwhile.splice(0, 1).forEach(applyOne) })
    }
  }
  return { state: recover(tables, journal), untouched, nowMs, receipts }
}

function sweep(state: DenylistState, nowMs: number): void {
  for (const lists of state.accounts) {
    lists.allowed.sweep(nowMs)
    state.sweep(lists, { fromRow: 0, maxRows: 1000, nowMs })
  }
}

function merge(
  state: DenylistState,
  tables: TableModel,
  step: { readonly do: string; readonly maxRows: number; readonly onTurn?: () => void },
): void {
  const taken = state.take(step.maxRows)
  const checkpoint = complete(buildCheckpoint(taken, { labels: state.labels, rowsATurn: 1 }), step.onTurn)
  if (step.do === 'failed merge') return state.putBack(taken)
  tables.write(checkpoint)
  state.mergedPosition = checkpoint.coveredPosition
}

type SharedAction =
  | { readonly do: 'append'; readonly draft: Draft; readonly afterMs: number; readonly accountId: number }
  | { readonly do: 'follow'; readonly process: number; readonly records: number }
  | { readonly do: 'merge' | 'failed merge'; readonly maxRows: number }
  | { readonly do: 'lead' | 'restart' | 'sweep' | 'hear'; readonly process: number }

const process_ = fc.nat(1)
const sharedActions: fc.Arbitrary<SharedAction> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('append' as const),
      draft: drafts,
      afterMs: fc.nat(120_000),
      accountId: fc.constantFrom(...accountIds),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('follow' as const),
      process: process_,
      records: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('merge' as const, 'merge' as const, 'failed merge' as const),
      maxRows: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('lead' as const, 'restart' as const, 'sweep' as const, 'hear' as const),
      process: process_,
    }),
  },
)

/** Processes on one journal and one set of tables, of which one at a time merges. */
class SharedRun {
  readonly tables = new TableModel()
  readonly journal: Operation[] = []
  readonly states = [new DenylistState(0), new DenylistState(0)]
  nowMs = startMs
  #leader = 0

  do(action: SharedAction): void {
    if (action.do === 'append') this.#append(action)
    else if ('maxRows' in action) this.#merge(action)
    else if (action.do === 'follow') this.follow(action.process, action.records)
    else if (action.do === 'restart') this.restart(action.process)
    else if (action.do === 'hear') this.#hear(action.process)
    else if (action.do === 'sweep') sweep(this.states[action.process]!, this.#appliedUntilMs(action.process))
    else {
      this.#hear(action.process)
      this.#leader = action.process
    }
  }

  follow(process: number, records: number): void {
    const state = this.states[process]!
    const from = state.unmerged.newestPosition
    this.journal
      .slice(from, from + records)
      .forEach((operation, index) => state.apply(operation, from + index + 1))
  }

  restart(process: number): void {
    this.states[process] = recover(this.tables, this.journal)
  }

  /** What a process that has not applied everything has to assume of the time. */
  #appliedUntilMs(process: number): number {
    return this.journal[this.states[process]!.unmerged.newestPosition]?.receivedAtMs ?? this.nowMs
  }

  #hear(process: number): void {
    this.states[process]!.dropMerged(this.tables.coveredPosition)
  }

  #append({ draft: { lateMs = 0, ...draft }, afterMs, accountId }: SharedAction & { do: 'append' }): void {
    this.nowMs += afterMs
    this.journal.push({
      ...draft,
      accountId,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs: this.nowMs,
      ...(draft.kind === 'report' ? { observedAtMs: this.nowMs - lateMs } : {}),
    } as Operation)
  }

  #merge(step: { readonly do: string; readonly maxRows: number }): void {
    const state = this.states[this.#leader]!
    // as every leader does: one that follows late must not write what is older than the tables
    this.#hear(this.#leader)
    const onTurn = () => this.follow(this.#leader, step.maxRows % 2)
    if (!state.unmerged.isEmpty) merge(state, this.tables, { ...step, onTurn })
  }
}

describe('several processes on one journal', () => {
  test('all come to the same lists, however they lag, sweep, restart and take turns at merging', () => {
    fc.assert(
      fc.property(fc.array(sharedActions, { maxLength: 80, size: 'max' }), (steps) => {
        const shared = new SharedRun()
        for (const step of steps) shared.do(step)
        const untouched = new DenylistState(0)
        shared.journal.forEach((operation, index) => untouched.apply(operation, index + 1))
        const expected = visible(untouched, shared.nowMs)
        shared.states.forEach((state, process) => {
          shared.follow(process, shared.journal.length)
          expect(visible(state, shared.nowMs)).toEqual(expected)
        })
        shared.restart(0)
        expect(visible(shared.states[0]!, shared.nowMs)).toEqual(expected)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('the state of the lists', () => {
  test('after any crashes, partial and failed merges is that of a process that never crashed', () => {
    fc.assert(
      fc.property(fc.array(actions, { maxLength: 40 }), (steps) => {
        const { state, untouched, nowMs, receipts } = run(steps)
        expect(visible(state, nowMs)).toEqual(visible(untouched, nowMs))
        for (const [receipt, expected] of receipts) expect(receipt).toEqual(expected)
      }),
      { numRuns: 1500 },
    )
  })

  test('never shows an allowed address, and never one after its unban', () => {
    fc.assert(
      fc.property(fc.array(drafts, { maxLength: 30 }), addresses, (earlier, freed) => {
        const state = new DenylistState(0)
        const operations = [...earlier, { kind: 'unban', addresses: freed } as Draft].map(
          ({ lateMs = 0, ...draft }, index) =>
            ({
              ...draft,
              accountId: 1,
              keyId: 1,
              receiptId: 'r',
              receivedAtMs: startMs + index,
              ...(draft.kind === 'report' ? { observedAtMs: startMs + index - lateMs } : {}),
            }) as Operation,
        )
        operations.forEach((operation, index) => state.apply(operation, index + 1))
        const nowMs = startMs + operations.length
        const lists = state.find(1)
        for (let at = 0; at < freed.length; at += 4) {
          const row = lists?.reported.find(freed, at) ?? -1
          expect(row < 0 || endOfStay(lists!.reported.stayOf(row)) <= nowMs).toBe(true)
        }
      }),
    )
  })

  it('takes a report for one account and shows nothing of it to another', () => {
    const state = new DenylistState(0)
    const report: Operation = {
      kind: 'report',
      accountId: 1,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs: startMs,
      addresses: packAll(['8.8.8.8']),
      observedAtMs: startMs,
      ttlSeconds: 60,
      dataset: 'ABUSE',
      tags: [],
    }
    state.apply(report, 1)
    expect(state.find(2)).toBeUndefined()
    expect(() => state.apply(report, 1)).toThrow(RangeError)
  })
})
