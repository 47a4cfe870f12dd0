import fc from 'fast-check'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { UsageModel } from '../../test/support/usage-model.ts'
import { HoneyjamError, silentLogger } from '../runtime/index.ts'
import { openRequestQuota } from './open-request-quota.ts'
import { RequestLimiter } from './request-limiter.ts'
import type { QuotaWindow, RequestQuota } from './request-quota.ts'
import type { UsageStore } from './usage-store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function minute(limit: number): QuotaWindow {
  return { name: 'minute', accountId: 1, meter: 'user', subjectId: 7, limit, lengthMs: MINUTE_MS }
}
function month(limit: number, endsAtMs: number): QuotaWindow {
  const subject = { accountId: 1, meter: 'user-month', subjectId: 0 } as const
  return { name: 'month', ...subject, limit, lengthMs: HOUR_MS, endsAtMs }
}

let clock: ManualClock
let store: UsageModel
beforeEach(() => {
  clock = new ManualClock()
  store = new UsageModel()
})
const open = (other: UsageStore = store) => openRequestQuota({ store: other, clock, logger: silentLogger })

type Step =
  | { readonly kind: 'ask'; readonly process: number; readonly requests: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'crash' | 'restart'; readonly process: number }

const process = fc.integer({ min: 0, max: 1 })
/** Around the edges of windows, and short ones, in which something is taken ahead. */
const ms = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 700 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(999, 1_000, 1_001, 20_000, 57_000, 58_000, 58_999, 59_000, 60_000),
  },
)

/** Enough of them that windows fill up. */
function anySteps(limit: number): fc.Arbitrary<Step[]> {
  const requests = fc.constantFrom(...[1, 2, limit / 20, limit / 5, limit].map((count) => Math.ceil(count)))
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('ask' as const), process, requests }) },
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'restart' as const), process }),
    },
  )
  return fc.array(step, { minLength: 40, maxLength: 150 })
}

function anyRun(...limits: number[]): fc.Arbitrary<{ limit: number; steps: Step[] }> {
  return fc.constantFrom(...limits).chain((limit) => anySteps(limit).map((steps) => ({ limit, steps })))
}

/** Does the steps with two processes on one store. @returns when requests were allowed, in order */
async function run(steps: readonly Step[], windows: () => readonly QuotaWindow[]): Promise<number[]> {
  const processes = [open(), open()]
  const allowedAtMs: number[] = []
  for (const step of steps) {
    if (step.kind === 'wait') await clock.advance(step.ms)
    else if (step.kind === 'ask') {
      const quota = processes[step.process] as RequestQuota
      const outcomes = await Promise.all(Array.from({ length: step.requests }, () => quota.take(windows())))
      for (const { allowed } of outcomes) if (allowed) allowedAtMs.push(clock.nowMs())
    } else {
      // one that is killed gives nothing back
      if (step.kind === 'restart') await processes[step.process]?.close()
      processes[step.process] = open()
    }
  }
  return allowedAtMs
}

/** Those that came while the window before them was full, to the second. */
function tooMany(timesMs: readonly number[], limit: number): readonly number[] {
  return timesMs.filter((timeMs, index) => timeMs - (timesMs[index - limit] ?? -Infinity) < MINUTE_MS - 1000)
}

function allowedByPlainWindow(steps: readonly Step[], limit: number): readonly number[] {
  const plain = new RequestLimiter({ limit, windowMs: MINUTE_MS, toleranceMs: 1000 })
  const allowed: number[] = []
  let nowMs = 0
  for (const step of steps) {
    if (step.kind === 'wait') nowMs += step.ms
    const requests = step.kind === 'ask' ? step.requests : 0
    for (let each = 0; each < requests; each++) if (plain.take(1, nowMs).allowed) allowed.push(nowMs)
  }
  return allowed
}

describe('the requests of a key', () => {
  test('are never more than the limit in any minute, over two processes, restarts and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun(1, 6, 40, 100, 1000), async ({ limit, steps }) => {
        store = new UsageModel()
        expect(tooMany(await run(steps, () => [minute(limit)]), limit)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  test('are exactly those that a plain sliding window lets through, where nothing is taken ahead', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun(1, 2, 6, 10, 39), async ({ limit, steps }) => {
        store = new UsageModel()
        const startMs = clock.nowMs()
        const allowed = (await run(steps, () => [minute(limit)])).map((timeMs) => timeMs - startMs)
        expect(allowed).toEqual(allowedByPlainWindow(steps, limit))
      }),
      { numRuns: 200 },
    )
  })

  test('are never more than the limit of the month, over two processes, restarts and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(anyRun(1, 39, 200), async ({ limit, steps }) => {
        store = new UsageModel()
        const endOf = (nowMs: number) => (Math.floor(nowMs / HOUR_MS) + 1) * HOUR_MS
        const windows = () => [minute(100_000), month(limit, endOf(clock.nowMs()))]
        const byMonth = Map.groupBy(await run(steps, windows), endOf)
        expect([...byMonth.values()].filter(({ length }) => length > limit)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('that come often are taken ahead, so that the store is asked seldom, and hardly any is lost by it', async () => {
    let calls = 0
    const counting: UsageStore = {
      takeUsage: (batch) => {
        calls++
        return store.takeUsage(batch)
      },
      forgetUsage: (beforeMs) => store.forgetUsage(beforeMs),
    }
    const quota = open(counting)
    let allowed = 0
    for (let request = 0; request < 12_000; request++) {
      if ((await quota.take([minute(10_000)])).allowed) allowed++
      if (request % 4 === 0) await clock.advance(10)
    }
    expect(allowed).toBe(10_000)
    expect(calls).toBeLessThan(200)
  })

  it('that are seldom are not charged for what was taken ahead of them', async () => {
    const quota = open()
    for (let round = 0; round < 60; round++) {
      for (let request = 0; request < 4; request++)
        expect((await quota.take([minute(300)])).allowed).toBe(true)
      await clock.advance(1_000)
    }
  })

  it('are told how much is left and until when, and when the next one passes', async () => {
    const quota = open()
    const windows = [minute(2), month(10, clock.nowMs() + HOUR_MS)]
    const nowMs = clock.nowMs()
    expect(await quota.take(windows)).toMatchObject({
      allowed: true,
      states: [
        { used: 1, freesAtMs: nowMs + MINUTE_MS },
        { used: 1, freesAtMs: nowMs + HOUR_MS },
      ],
    })
    await clock.advance(10_000)
    expect(await quota.take(windows)).toMatchObject({
      states: [{ used: 2, freesAtMs: nowMs + MINUTE_MS }, { used: 2 }],
    })
    const refused = { allowed: false, refused: { window: { name: 'minute' }, retryAfterSeconds: 50 } }
    expect(await quota.take(windows)).toMatchObject(refused)
    expect(await quota.take(windows)).toMatchObject(refused)
    expect(await open().look(windows)).toMatchObject([{ used: 2 }, { used: 2 }])
  })

  it('wait for the month when that is used up, at once for another plan', async () => {
    const quota = open()
    const endsAtMs = clock.nowMs() + HOUR_MS
    await quota.take([minute(5), month(1, endsAtMs)])
    expect(await quota.take([minute(5), month(1, endsAtMs)])).toMatchObject({
      refused: { window: { name: 'month' }, retryAfterSeconds: 3600 },
    })
    expect((await quota.take([minute(5), month(2, endsAtMs)])).allowed).toBe(true)
  })

  it('that came to nothing are given back', async () => {
    const quota = open()
    quota.giveBack(await quota.take([minute(1)]))
    await clock.advance(1_000)
    expect((await quota.take([minute(1)])).allowed).toBe(true)
  })

  it('that nothing limits are counted all the same, for whoever looks', async () => {
    const quota = open()
    const endsAtMs = clock.nowMs() + HOUR_MS
    const stamp = { accountId: 1, meter: 'user-month', subjectId: 0, atMs: endsAtMs } as const
    for (let request = 0; request < 3; request++) quota.note(stamp)
    await quota.close()
    expect(await open().look([month(10, endsAtMs)])).toMatchObject([{ used: 3 }])
  })

  it('are let through again after a clock was set back, also by who was just refused', async () => {
    const quota = open()
    for (let request = 0; request < 3; request++) await quota.take([minute(2)])
    clock.set(clock.nowMs() - HOUR_MS)
    expect(await quota.take([minute(2)])).toMatchObject({ allowed: true })
  })

  it('are let through again after a clock was set back by an hour', async () => {
    const quota = open()
    await quota.take([minute(1)])
    clock.set(clock.nowMs() - HOUR_MS)
    expect((await quota.take([minute(1)])).allowed).toBe(true)
  })
})

describe('while the store is away', () => {
  let isAway: boolean
  let lines: LogLine[]
  let quota: RequestQuota
  beforeEach(() => {
    isAway = false
    const log = captureLog()
    lines = log.lines
    const failing: UsageStore = {
      takeUsage: async (batch) => {
        if (isAway) throw new HoneyjamError('STORE_UNAVAILABLE', 'away')
        return await store.takeUsage(batch)
      },
      forgetUsage: () => Promise.resolve(),
    }
    quota = openRequestQuota({ store: failing, clock, logger: log.logger })
  })

  it('a process holds the limits by itself, says so once, and tells the store later', async () => {
    const windows = [minute(4), month(10, clock.nowMs() + HOUR_MS)]
    await quota.take(windows)
    isAway = true
    const outcomes = []
    for (let request = 0; request < 5; request++) outcomes.push((await quota.take(windows)).allowed)
    expect(outcomes).toEqual([true, true, true, false, false])
    expect(lines.filter(({ level }) => level === 40)).toHaveLength(1)
    isAway = false
    await clock.advance(6_000)
    expect(await quota.look(windows)).toMatchObject([{ used: 4 }, { used: 4 }])
  })

  it('nobody waits for one that does not answer', async () => {
    const silent = open({
      takeUsage: () => Promise.withResolvers<never>().promise,
      forgetUsage: () => Promise.resolve(),
    })
    const outcome = silent.take([minute(1)])
    await clock.untilSleeping()
    await clock.advance(2_000)
    expect((await outcome).allowed).toBe(true)
    expect((await silent.take([minute(1)])).allowed).toBe(false)
  })
})
