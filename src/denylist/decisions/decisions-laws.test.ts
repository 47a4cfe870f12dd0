import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { complete } from '../../../test/support/complete.ts'
import { DecisionsConsumer } from '../../../test/support/decisions-consumer.ts'
import { type Draft, drafts, fakeCatalogue, PROBES, startMs } from '../../../test/support/decisions-drafts.ts'
import { TableModel } from '../../../test/support/table-model.ts'
import {
  classifyPacked,
  classifyRange,
  isPackedIpv4,
  type PackedRange,
  packRange,
  rangeContains,
  rangeText,
} from '../../ip/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { buildCheckpoint } from '../build-checkpoint.ts'
import { DenylistState } from '../denylist-state.ts'
import { APPLY_DELAY_MS } from '../housekeeping.ts'
import { isInForce } from '../lists/list-rows.ts'
import { UNBAN_MEMORY_MS } from '../merge-report.ts'
import type { Operation } from '../operation.ts'
import { PROTECTION_ACCOUNT } from '../protection-account.ts'
import { AccountView } from './account-view.ts'
import type { DecisionsChecksum } from './decisions.ts'
import { decisionsOf } from './in-force.ts'
import { MemoryDecisions } from './open-decisions.ts'
import { specialRanges } from './protected-set.ts'
import { lookAtAll } from './touched-keys.ts'

const ACCOUNT = 1
const PROCESSES = 2
const CONSUMERS = 3
const MOST_SKEW_MS = 2000
const PROTECTED = specialRanges('skip')

type Action =
  | { readonly do: 'submit'; readonly process: number; readonly draft: Draft; readonly isForAll: boolean }
  | { readonly do: 'pass'; readonly milliseconds: number }
  | { readonly do: 'follow'; readonly process: number; readonly records: number }
  | { readonly do: 'merge'; readonly process: number; readonly maxRows: number }
  | { readonly do: 'restart' | 'sweep'; readonly process: number }
  | {
      readonly do: 'poll'
      readonly process: number
      readonly consumer: number
      readonly isLost: boolean
      readonly wantsAll: boolean
    }
  | { readonly do: 'save' | 'return'; readonly consumer: number }

const process_ = fc.nat(PROCESSES - 1)
const consumer = fc.nat(CONSUMERS - 1)
const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      process: process_,
      draft: drafts,
      isForAll: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(1, 999, 5000, 30_000, 61_000, 400_000, 8 * 86_400_000),
    }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('poll' as const),
      process: process_,
      consumer,
      isLost: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      wantsAll: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('follow' as const),
      process: process_,
      records: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('merge' as const),
      process: process_,
      maxRows: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'sweep' as const), process: process_ }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('save' as const, 'return' as const), consumer }) },
)

/** One of several processes on one journal, with a clock of its own. */
class Process {
  readonly #world: World
  readonly #skewMs: number
  state = new DenylistState(0)
  decisions: MemoryDecisions

  constructor(world: World, skewMs: number) {
    this.#world = world
    this.#skewMs = skewMs
    this.decisions = this.#openDecisions()
  }

  get nowMs(): number {
    return this.#world.nowMs + this.#skewMs
  }

  follow(records: number): void {
    const from = this.state.unmerged.newestPosition
    this.#world.journal.slice(from, from + records).forEach((operation, index) => {
      this.state.apply(operation, from + index + 1)
      this.decisions.noteApplied(operation.accountId)
    })
  }

  /** As a start after a crash does it. */
  restart(): void {
    const { tables, journal } = this.#world
    const { coveredPosition } = tables
    const firstMs = journal[coveredPosition]?.receivedAtMs ?? this.nowMs
    const oldestMs = Math.min(firstMs, this.nowMs) - APPLY_DELAY_MS
    const state = new DenylistState(coveredPosition, oldestMs)
    for (const rows of tables.rows.values())
      if (rows.expiresAtMs[0]! > oldestMs - UNBAN_MEMORY_MS) state.load(rows)
    state.loadAllowed(
      [...tables.allowed.values()].filter(({ expiresAtMs = Infinity }) => expiresAtMs > oldestMs),
    )
    state.loadLists(tables.loadLists(oldestMs))
    this.state = state
    this.follow(Infinity)
    this.decisions = this.#openDecisions()
  }

  sweep(): void {
    const next = this.#world.journal[this.state.unmerged.newestPosition]
    const nowMs = Math.min(next?.receivedAtMs ?? Infinity, this.nowMs) - APPLY_DELAY_MS
    for (const lists of this.state.accounts) {
      this.state.sweepNetworks(lists, nowMs)
      this.state.sweep(lists, { fromRow: 0, maxRows: 1000, nowMs })
    }
  }

  merge(maxRows: number): void {
    const { tables } = this.#world
    this.state.dropMerged(tables.coveredPosition)
    if (this.state.unmerged.isEmpty) return
    const checkpoint = complete(buildCheckpoint(this.state.take(maxRows), this.state))
    tables.write(checkpoint)
    this.state.mergedPosition = Math.max(this.state.mergedPosition, checkpoint.coveredPosition)
  }

  #openDecisions(): MemoryDecisions {
    const { state } = this
    const clock: Clock = {
      nowMs: () => this.nowMs,
      // whoever waits for a journal gets it
      sleep: () => {
        this.follow(Infinity)
        this.decisions.noteCurrent()
        return Promise.resolve()
      },
    }
    return new MemoryDecisions({
      listsOf: (accountId) => state.listsOf(accountId),
      labels: state.labels,
      position: () => state.unmerged.newestPosition,
      publicLists: fakeCatalogue,
      protectedSet: PROTECTED,
      clock,
      storeId: 'store',
      isShared: true,
    })
  }
}

class World {
  nowMs = startMs
  readonly journal: Operation[] = []
  readonly tables = new TableModel()
  readonly processes: readonly Process[]
  readonly consumers = Array.from({ length: CONSUMERS }, () => new DecisionsConsumer())
  readonly #saved = new Map<number, DecisionsConsumer>()
  #listsMade = 0

  constructor(skewsMs: readonly number[]) {
    this.processes = skewsMs.map((skewMs) => new Process(this, skewMs))
  }

  async do(action: Action): Promise<void> {
    switch (action.do) {
      case 'submit':
        return this.#submit(action)
      case 'pass':
        this.nowMs += action.milliseconds
        // which goes on all the time
        if (action.milliseconds > APPLY_DELAY_MS) for (const each of this.processes) each.sweep()
        return
      case 'follow':
        return this.processes[action.process]!.follow(action.records)
      case 'merge':
        return this.processes[action.process]!.merge(action.maxRows)
      case 'restart':
        return this.processes[action.process]!.restart()
      case 'sweep':
        return this.processes[action.process]!.sweep()
      case 'poll':
        return await this.poll(action)
      case 'save':
        this.#saved.set(action.consumer, this.consumers[action.consumer]!.clone())
        return
      default:
        this.consumers[action.consumer] = this.#saved.get(action.consumer)?.clone() ?? new DecisionsConsumer()
    }
  }

  async poll({
    process,
    consumer: index,
    isLost,
    wantsAll,
  }: Omit<Action & { do: 'poll' }, 'do'>): Promise<void> {
    const { decisions, state, nowMs } = this.processes[process]!
    const { revision } = this.consumers[index]!
    const answer =
      revision === undefined || wantsAll
        ? ({ kind: 'unknown' } as const)
        : await decisions.changesWithWhole(ACCOUNT, revision)
    if (answer.kind === 'behind') return
    const changes = answer.kind === 'changes' ? answer.changes : await decisions.snapshot(ACCOUNT)
    if (isLost) return
    const isProof = this.consumers[index]!.take(changes)
    if (!isProof) return
    const whole = answer.kind === 'changes' ? answer.whole! : changes
    expectProven(this.consumers[index]!, whole.atMs, await decisions.checksum(whole))
    await expectRight(this.consumers[index]!, state, nowMs)
  }

  #submit({ process, draft, isForAll }: Action & { do: 'submit' }): void {
    const submitter = this.processes[process]!
    const { lateMs = 0, expiresInMs, listNumber, ...rest } = draft
    const receivedAtMs = submitter.nowMs
    const listId = listNumber === undefined ? {} : { listId: this.#listId(draft.kind, listNumber) }
    this.journal.push({
      ...rest,
      ...listId,
      // what is allowed for all is protected
      accountId: isForAll && ['allow', 'disallow'].includes(draft.kind) ? PROTECTION_ACCOUNT : ACCOUNT,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs,
      ...(expiresInMs === undefined ? {} : { expiresAtMs: receivedAtMs + expiresInMs }),
      ...(draft.kind === 'report' ? { observedAtMs: receivedAtMs - lateMs } : {}),
    } as unknown as Operation)
    submitter.follow(Infinity)
  }

  #listId(kind: string, listNumber: number): string {
    if (kind === 'list-create') return `list ${this.#listsMade++}`
    const { deny, allow } = this.processes[0]!.state.listsOf(ACCOUNT).private.defaults
    return [deny.listId, allow.listId][listNumber] ?? `list ${listNumber - 2}`
  }
}

function expectProven(holder: DecisionsConsumer, atMs: number, proof: DecisionsChecksum): void {
  expect(holder.checksumAt(atMs)).toEqual(proof)
}

/** The consumer holds what is looked up from scratch, what single addresses come to, and nothing innocent. */
async function expectRight(holder: DecisionsConsumer, state: DenylistState, nowMs: number): Promise<void> {
  const lists = state.listsOf(ACCOUNT)
  const view = new AccountView({
    lists,
    protection: state.protection,
    labels: state.labels,
    publicLists: fakeCatalogue,
    protectedSet: PROTECTED,
  })
  const layers = [await lookAtAll(view, () => nowMs)]
  const ends = { address: new Map<string, number>(), network: new Map<string, number>() }
  for (const { part, range, expiresAtMs } of decisionsOf({ layers }, nowMs))
    ends[part].set(rangeText(range), expiresAtMs)
  expect(holder.addressesAt(nowMs)).toEqual(ends.address)
  expect(holder.networksAt(nowMs)).toEqual(ends.network)

  const held = [...holder.addressesAt(nowMs), ...holder.networksAt(nowMs)].map(([text, expiresAtMs]) => ({
    range: packRange(text)!,
    expiresAtMs,
  }))
  const shields = allowedNetworks(state, nowMs)
  for (const { range } of held) {
    expect(classifyRange(range)).toBe('public')
    expect(shields.filter((shield) => overlap(shield, range))).toEqual([])
  }
  for (const probe of PROBES) {
    const words = packRange(probe)!.words
    const endMs = Math.max(
      0,
      ...held.filter(({ range }) => rangeContains(range, words, 0)).map((each) => each.expiresAtMs),
    )
    const wantedMs = shields.some((shield) => rangeContains(shield, words, 0))
      ? 0
      : deniedUntilMs(state, words, nowMs)
    // what is blocked of IPv6 is wider than what is listed
    expect(isPackedIpv4(words, 0) ? endMs : Math.min(endMs, wantedMs)).toBe(wantedMs)
  }
}

/** When the last of what denies an address ends, allowed or not; 0: nothing does. */
function deniedUntilMs(state: DenylistState, words: Uint32Array, nowMs: number): number {
  if (classifyPacked(words, 0) !== 'public') return 0
  const lists = state.listsOf(ACCOUNT)
  const row = lists.reported.find(words, 0)
  const ends = [...lists.private.covering('DENY', { words, offset: 0, nowMs })].map(
    ({ listId, expiresAtMs = Infinity }) =>
      Math.min(expiresAtMs, lists.private.find(listId, nowMs)?.row.expiresAtMs ?? Infinity),
  )
  if (row >= 0) ends.push(lists.reported.endOf(row))
  for (const { range, endMs } of chosenNetworks(state, 'DENY', nowMs))
    if (rangeContains(range, words, 0)) ends.push(endMs)
  return Math.max(0, ...ends.filter((endMs) => endMs > nowMs))
}

function allowedNetworks(state: DenylistState, nowMs: number): readonly PackedRange[] {
  const lists = state.listsOf(ACCOUNT)
  const allowed = [...lists.allowed.list(nowMs), ...state.protection.allowed.list(nowMs)]
  const texts = allowed.map(({ range }) => range)
  for (const { row, rowByElement } of lists.private.list(nowMs)) {
    if (row.listType !== 'ALLOW') continue
    for (const each of rowByElement.values()) if (isInForce(each, nowMs)) texts.push(each.element)
  }
  return [
    ...texts.map((text) => packRange(text)!),
    ...chosenNetworks(state, 'ALLOW', nowMs).map(({ range }) => range),
  ]
}

function chosenNetworks(
  state: DenylistState,
  listType: 'DENY' | 'ALLOW',
  nowMs: number,
): readonly { readonly range: PackedRange; readonly endMs: number }[] {
  return fakeCatalogue
    .list()
    .filter((info) => info.listType === listType)
    .flatMap(({ listId }) => {
      const selection = state.listsOf(ACCOUNT).private.findSelection(listId, nowMs)
      if (selection?.status !== 'ACTIVE') return []
      const lastMs = selection.expiresAtMs ?? Infinity
      return [...fakeCatalogue.networksOf(listId)].map(({ range, expiresAtMs = Infinity }) => ({
        range,
        endMs: Math.min(expiresAtMs, lastMs),
      }))
    })
    .filter(({ endMs }) => endMs > nowMs)
}

function overlap(left: PackedRange, right: PackedRange): boolean {
  return rangeContains(left, right.words, 0) || rangeContains(right, left.words, 0)
}

describe('the decisions of an account', () => {
  test('are what every consumer holds, whatever happens to lists, processes, answers and time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(actions, { maxLength: 60, size: 'max' }),
        fc.integer({ min: -MOST_SKEW_MS, max: MOST_SKEW_MS }),
        async (steps, skewMs) => {
          const world = new World([0, skewMs])
          for (const step of steps) await world.do(step)
          world.nowMs += 2 * MOST_SKEW_MS
          for (const process of world.processes.keys()) {
            world.processes[process]!.follow(Infinity)
            for (const each of world.consumers.keys())
              await world.poll({ process, consumer: each, isLost: false, wantsAll: false })
          }
        },
      ),
      { numRuns: 400 },
    )
  }, 120_000)
})
