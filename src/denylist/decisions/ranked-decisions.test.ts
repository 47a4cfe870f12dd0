import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Draft, drafts, fakeCatalogue, startMs } from '../../../test/support/decisions-drafts.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { packRange, rangeText } from '../../ip/index.ts'
import { DenylistState } from '../denylist-state.ts'
import type { Operation } from '../operation.ts'
import type { RankedDecisions } from './decisions.ts'
import { decisionsOf } from './in-force.ts'
import { MemoryDecisions } from './open-decisions.ts'
import { specialRanges } from './protected-set.ts'

const ACCOUNT = 1
const DAY_MS = 86_400_000

class Service {
  readonly clock = new ManualClock(startMs)
  readonly state = new DenylistState(0)
  readonly decisions = new MemoryDecisions({
    listsOf: (accountId) => this.state.listsOf(accountId),
    labels: this.state.labels,
    position: () => this.state.unmerged.newestPosition,
    publicLists: fakeCatalogue,
    protectedSet: specialRanges('skip'),
    clock: this.clock,
    storeId: 'store',
    isShared: false,
  })
  #position = 0
  #lists = 0

  apply({ lateMs = 0, expiresInMs, listNumber, ...rest }: Draft): void {
    const receivedAtMs = this.clock.nowMs()
    const { deny, allow } = this.state.listsOf(ACCOUNT).private.defaults
    const listId =
      rest.kind === 'list-create'
        ? `list ${this.#lists++}`
        : ([deny.listId, allow.listId][listNumber ?? 0] ?? `list ${(listNumber ?? 0) - 2}`)
    const operation = {
      ...(listNumber === undefined ? {} : { listId }),
      ...(rest.kind === 'report' ? { observedAtMs: receivedAtMs - lateMs } : {}),
      ...(expiresInMs === undefined ? {} : { expiresAtMs: receivedAtMs + expiresInMs }),
      accountId: ACCOUNT,
      keyId: 1,
      receiptId: 'r',
      receivedAtMs,
      ...rest,
    }
    this.state.apply(operation as unknown as Operation, ++this.#position)
    this.decisions.noteApplied(ACCOUNT)
  }

  report(...texts: readonly string[]): void {
    const addresses = Uint32Array.from(texts.flatMap((text) => [...packRange(text)!.words]))
    this.apply({ kind: 'report', addresses, ttlSeconds: 864_000, dataset: 'ABUSE', tags: [] })
  }

  deny(...append: readonly string[]): void {
    this.apply({ kind: 'list-content', listNumber: 0, append, remove: [], maxElements: 10 })
  }

  ranked(): Promise<RankedDecisions> {
    return this.decisions.ranked(ACCOUNT)
  }

  get mark(): string {
    return this.decisions.releaseMark(ACCOUNT)
  }
}

const textsOf = (ranked: RankedDecisions, order: Uint32Array) =>
  Array.from(order, (entry) => ranked.networkOf(entry) as string)

describe('decisions, the most worth having first', () => {
  test('hold each network of a snapshot once, with its latest end, in both orders', async () => {
    const steps = fc.array(fc.oneof(drafts, fc.constantFrom(1, 61_000, 400_000)), { maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(steps, async (some) => {
        const service = new Service()
        for (const step of some) {
          if (typeof step === 'number') await service.clock.advance(step)
          else service.apply(step)
        }
        const whole = await service.decisions.snapshot(ACCOUNT)
        const ranked = await service.ranked()
        const endByNetwork = new Map<string, number>()
        for (const { range, expiresAtMs } of decisionsOf(whole, service.clock.nowMs())) {
          const text = rangeText(range)
          endByNetwork.set(text, Math.max(expiresAtMs, endByNetwork.get(text) ?? 0))
        }
        const found = Array.from(
          ranked.bestFirst,
          (entry) => [ranked.networkOf(entry) as string, ranked.expiresAtMsOf(entry)] as const,
        )
        expect(found).toHaveLength(endByNetwork.size)
        expect(new Map(found)).toEqual(endByNetwork)
        expect(textsOf(ranked, ranked.byAddress).toSorted()).toEqual([...endByNetwork.keys()].toSorted())
        const families = Array.from(ranked.byAddress, (entry) => ranked.isIpv4(entry))
        expect(families.filter(Boolean)).toHaveLength(ranked.ipv4Count)
        expect(families.lastIndexOf(true)).toBe(ranked.ipv4Count - 1)
        expect(ranked.nextEndMs).toBeLessThanOrEqual(Math.min(Infinity, ...endByNetwork.values()))
        expect(ranked.nextEndMs).toBeGreaterThan(ranked.atMs)
      }),
      { numRuns: 200 },
    )
  })

  it('begin with own lists and end with public ones; between, what was seen late and often', async () => {
    const service = new Service()
    service.report('8.0.0.1', '8.0.0.2', '8.0.0.3', '2a00:1::1')
    await service.clock.advance(DAY_MS)
    service.report('8.0.0.3', '8.0.0.4', '2a00:9::1')
    await service.clock.advance(DAY_MS)
    for (let times = 0; times < 4; times++) service.report('8.0.0.2')
    service.apply({ kind: 'public-list-select', listId: 'public deny', status: 'ACTIVE' })
    service.deny('8.9.0.0/24')
    const ranked = await service.ranked()
    expect(textsOf(ranked, ranked.bestFirst).slice(0, 7)).toEqual([
      '8.9.0.0/24',
      '8.0.0.2/32',
      '8.0.0.3/32',
      '8.0.0.4/32',
      '2a00:9::/64',
      '8.0.0.1/32',
      '2a00:1::/64',
    ])
    expect(ranked.originOf(ranked.bestFirst.at(-1)!)).toMatchObject({ kind: 'public-list' })
  })

  it('lie by address, what holds others before them', async () => {
    const service = new Service()
    service.report('8.0.0.9', '8.0.0.1', '2a00:1::1', '9.0.0.1')
    service.deny('8.0.0.0/24', '8.0.0.0/28', '2a00::/32')
    const ranked = await service.ranked()
    expect(textsOf(ranked, ranked.byAddress)).toEqual([
      '8.0.0.0/24',
      '8.0.0.0/28',
      '8.0.0.1/32',
      '8.0.0.9/32',
      '9.0.0.1/32',
      '2a00::/32',
      '2a00:1::/64',
    ])
    expect(Array.from(ranked.byAddress, (entry) => ranked.prefixLengthOf(entry))).toEqual([
      24, 28, 32, 32, 32, 32, 64,
    ])
  })

  it('have another mark when something is taken off, and the same when something is added', async () => {
    const service = new Service()
    const words = packRange('8.0.0.1')!.words
    const before = service.mark
    service.report('8.0.0.1', '8.0.0.2')
    await service.clock.advance(1)
    expect(service.mark).toBe(before)
    const marks = [before]
    const releases: readonly Draft[] = [
      { kind: 'unban', addresses: words },
      { kind: 'remove', addresses: 'all' },
      { kind: 'allow', ranges: ['8.0.0.2/32'], dataset: '', tags: [] },
      { kind: 'public-list-select', listId: 'public allow', status: 'ACTIVE' },
    ]
    for (const release of releases) {
      service.apply(release)
      expect(marks).not.toContain(service.mark)
      marks.push(service.mark)
    }
  })
})
