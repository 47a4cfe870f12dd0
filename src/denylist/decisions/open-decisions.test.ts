import { describe, expect, it } from 'vitest'
import { DecisionsConsumer } from '../../../test/support/decisions-consumer.ts'
import { fakeCatalogue, startMs } from '../../../test/support/decisions-drafts.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import { packRange } from '../../ip/index.ts'
import { DenylistState } from '../denylist-state.ts'
import type { Operation } from '../operation.ts'
import { MemoryDecisions } from './open-decisions.ts'
import { type ProtectedSet, specialRanges } from './protected-set.ts'
import type { Revision } from './revision.ts'

const ACCOUNT = 1

/** A protected set that changes when a test says so. */
class FakeProtectedSet implements ProtectedSet {
  version = '1'
  ranges = specialRanges('skip').ranges
  readonly #notices = new Set<() => void>()

  onChange(notice: () => void): () => void {
    this.#notices.add(notice)
    return () => this.#notices.delete(notice)
  }

  protect(text: string): void {
    this.version += '+'
    this.ranges = [...this.ranges, packRange(text)!]
    for (const notice of this.#notices) notice()
  }
}

/** The decisions of one process. */
class Service {
  readonly clock = new ManualClock(startMs)
  readonly state = new DenylistState(0)
  readonly protectedSet = new FakeProtectedSet()
  readonly decisions: MemoryDecisions
  #position = 0

  constructor(isShared = false) {
    this.decisions = new MemoryDecisions({
      listsOf: (accountId) => this.state.listsOf(accountId),
      labels: this.state.labels,
      position: () => this.state.unmerged.newestPosition,
      publicLists: fakeCatalogue,
      protectedSet: this.protectedSet,
      clock: this.clock,
      storeId: 'store',
      isShared,
    })
  }

  apply(operation: object): void {
    const receivedAtMs = this.clock.nowMs()
    const base = { accountId: ACCOUNT, keyId: 1, receiptId: 'r', receivedAtMs }
    this.state.apply({ ...base, ...operation } as Operation, ++this.#position)
    this.decisions.noteApplied(ACCOUNT)
  }

  report(...texts: readonly string[]): void {
    const addresses = Uint32Array.from(texts.flatMap((text) => [...packRange(text)!.words]))
    const observedAtMs = this.clock.nowMs()
    this.apply({ kind: 'report', addresses, observedAtMs, ttlSeconds: 3600, dataset: 'ABUSE', tags: [] })
  }

  allow(text: string, ttlSeconds?: number): void {
    this.apply({ kind: 'allow', ranges: [text], ttlSeconds, dataset: '', tags: [] })
  }

  deny(text: string): void {
    const { listId } = this.state.listsOf(ACCOUNT).private.defaults.deny
    this.apply({ kind: 'list-content', listId, append: [text], remove: [], maxElements: 10 })
  }
}

async function readAll({ decisions }: Service): Promise<DecisionsConsumer> {
  const consumer = new DecisionsConsumer()
  consumer.take(await decisions.snapshot(ACCOUNT))
  return consumer
}

async function follow({ decisions }: Service, consumer: DecisionsConsumer): Promise<string> {
  const answer = await decisions.changesSince(ACCOUNT, consumer.revision!)
  if (answer.kind === 'changes') consumer.take(answer.changes)
  return answer.kind
}

function networksOf(consumer: DecisionsConsumer, { clock }: Service): readonly string[] {
  return [
    ...consumer.addressesAt(clock.nowMs()).keys(),
    ...consumer.networksAt(clock.nowMs()).keys(),
  ].toSorted()
}

describe('decisions', () => {
  it('come back when what allowed them ends by itself, and whoever waits is told', async () => {
    const service = new Service()
    service.deny('8.8.8.0/31')
    service.allow('8.8.8.1/32', 60)
    const consumer = await readAll(service)
    expect(networksOf(consumer, service)).toEqual(['8.8.8.0/32'])
    const waiting = service.decisions.waitForChange(ACCOUNT, consumer.revision!, new AbortController().signal)
    await service.clock.advance(59_999)
    expect(service.decisions.hasChangedSince(ACCOUNT, consumer.revision!)).toBe(false)
    await service.clock.advance(1)
    await waiting
    expect(await follow(service, consumer)).toBe('changes')
    expect(networksOf(consumer, service)).toEqual(['8.8.8.0/31'])
  })

  it('come back to whoever asks only after the end was swept', async () => {
    const service = new Service()
    service.deny('8.8.8.0/31')
    service.allow('8.8.8.1/32', 60)
    const consumer = await readAll(service)
    await service.clock.advance(120_000)
    service.state.sweepNetworks(service.state.listsOf(ACCOUNT), service.clock.nowMs())
    expect(await follow(service, consumer)).toBe('changes')
    expect(networksOf(consumer, service)).toEqual(['8.8.8.0/31'])
  })

  it('are no wider than what is allowed beside them, although nothing was reported there', async () => {
    const service = new Service()
    const subnets = Array.from({ length: 8 }, (_, subnet) => `2a00:1:0:${subnet}::1`)
    service.report(...subnets)
    const consumer = await readAll(service)
    expect(networksOf(consumer, service)).toEqual(['2a00:1::/56'])
    service.allow('2a00:1:0:ff::/64', 60)
    expect(await follow(service, consumer)).toBe('changes')
    expect(networksOf(consumer, service)).toHaveLength(8)
    await service.clock.advance(60_000)
    expect(await follow(service, consumer)).toBe('changes')
    expect(networksOf(consumer, service)).toEqual(['2a00:1::/56'])
  })

  it('end with the list that they are on', async () => {
    const service = new Service()
    const list = { listType: 'DENY', resourceType: 'CIDR', name: 'n', description: '', tags: [], maxLists: 9 }
    const expiresAtMs = service.clock.nowMs() + 60_000
    service.apply({ kind: 'list-create', listId: 'l', ...list, expiresAtMs })
    service.apply({ kind: 'list-content', listId: 'l', append: ['8.8.8.0/24'], remove: [], maxElements: 10 })
    expect((await readAll(service)).networksAt(0)).toEqual(new Map([['8.8.8.0/24', expiresAtMs]]))
  })

  it('leave out what comes to be protected, for all who hold it', async () => {
    const service = new Service()
    service.report('8.8.8.8', '2a00:1:0:3::1', '2a00:1:0:4::1')
    service.deny('9.9.9.8/30')
    const consumer = await readAll(service)
    const waiting = service.decisions.waitForChange(ACCOUNT, consumer.revision!, new AbortController().signal)
    service.protectedSet.protect('8.8.8.0/24')
    service.protectedSet.protect('2a00:1:0:3::9/128')
    service.protectedSet.protect('9.9.9.9/32')
    await waiting
    expect(await follow(service, consumer)).toBe('unknown')
    const left = ['2a00:1:0:3::1/128', '2a00:1:0:4::/64', '9.9.9.10/31', '9.9.9.8/32']
    expect(networksOf(await readAll(service), service)).toEqual(left)
  })

  it('are told to whoever waits as soon as an operation took effect', async () => {
    const service = new Service()
    const consumer = await readAll(service)
    const waiting = service.decisions.waitForChange(ACCOUNT, consumer.revision!, new AbortController().signal)
    service.report('8.8.8.8')
    await waiting
    await follow(service, consumer)
    expect(networksOf(consumer, service)).toEqual(['8.8.8.8/32'])
  })

  it('do not hold up those who wait for them when the lists are closed or nobody wants to know', async () => {
    const service = new Service()
    const { revision } = await readAll(service)
    const leaving = new AbortController()
    const waiting = service.decisions.waitForChange(ACCOUNT, revision!, leaving.signal)
    leaving.abort()
    await expect(waiting).resolves.toBeUndefined()
    const other = service.decisions.waitForChange(ACCOUNT, revision!, new AbortController().signal)
    service.decisions.close()
    await expect(other).resolves.toBeUndefined()
  })

  it('are computed once for all who are at the same revision', async () => {
    const service = new Service()
    service.report('8.8.8.8')
    const { revision } = await service.decisions.snapshot(ACCOUNT)
    service.report('8.8.8.9')
    const ask = () => service.decisions.changesSince(ACCOUNT, revision)
    const [first, second] = await Promise.all([ask(), ask()])
    expect(second).toEqual(first)
    expect((second as { changes: unknown }).changes).toBe((first as { changes: unknown }).changes)
    expect(await service.decisions.snapshot(ACCOUNT)).toBe(await service.decisions.snapshot(ACCOUNT))
  })

  it('of a time or place that another process has come to are waited for, but not for ever', async () => {
    const service = new Service(true)
    service.report('8.8.8.8')
    const { revision } = await service.decisions.snapshot(ACCOUNT)
    const later: Revision = { ...revision, timeMs: service.clock.nowMs() + 1000 }
    expect((await service.decisions.changesSince(ACCOUNT, later)).kind).toBe('behind')
    const farOff: Revision = { ...revision, timeMs: service.clock.nowMs() + 3_600_000 }
    expect((await service.decisions.changesSince(ACCOUNT, farOff)).kind).toBe('unknown')

    const ahead: Revision = { ...revision, position: revision.position + 1 }
    const asked = service.decisions.changesSince(ACCOUNT, ahead)
    service.report('8.8.8.9')
    expect((await asked).kind).toBe('changes')
    const wrong = service.decisions.changesSince(ACCOUNT, { ...revision, position: 1000 })
    service.decisions.noteCurrent()
    await service.clock.untilSleeping()
    service.decisions.noteCurrent()
    expect((await wrong).kind).toBe('unknown')
  })

  it('of a place that a journal of this process alone never came to are of another history', async () => {
    const service = new Service()
    const { revision } = await service.decisions.snapshot(ACCOUNT)
    const ahead: Revision = { ...revision, position: revision.position + 1 }
    expect((await service.decisions.changesSince(ACCOUNT, ahead)).kind).toBe('unknown')
  })
})
