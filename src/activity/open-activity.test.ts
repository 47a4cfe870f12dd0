import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { HoneyjamError } from '../runtime/index.ts'
import type { ActivityLog } from './activity-log.ts'
import { MAX_WAITING, openActivity } from './open-activity.ts'
import type { Activity, ActivityLimits, ActivityStore } from './ports.ts'

const KEY = { accountId: 1, keyId: 2 }
const DAY_MS = 86_400_000

class MemoryStore implements ActivityStore {
  readonly rows: Activity[] = []
  readonly limits: ActivityLimits[] = []
  isBroken = false

  async writeActivities(activities: readonly Activity[]): Promise<void> {
    if (this.isBroken) throw new HoneyjamError('STORE_UNAVAILABLE', 'no space left')
    this.rows.push(...activities)
  }

  async readActivities(): Promise<readonly Activity[]> {
    return this.rows.toReversed()
  }

  async deleteActivities(limits: ActivityLimits): Promise<number> {
    this.limits.push(limits)
    return 0
  }
}

let clock: ManualClock
let store: MemoryStore
let log: ReturnType<typeof captureLog>
let activity: ActivityLog

beforeEach(() => {
  clock = new ManualClock()
  store = new MemoryStore()
  log = captureLog()
  activity = openActivity({ store, clock, logger: log.logger, retention: { days: 30, perKey: 7 } })
})
afterEach(() => activity.close())

function note(count = 1): void {
  for (let number = 0; number < count; number++) {
    activity.note({
      ...KEY,
      atMs: clock.nowMs(),
      address: '192.0.2.1',
      userAgent: 'curl',
      method: 'GET',
      uri: `/${number}`,
      body: undefined,
      status: 200,
      receiptId: '',
    })
  }
}

describe('requests of keys', () => {
  it('are written a second later, in the order of their ids', async () => {
    note(3)
    expect(store.rows).toEqual([])
    await clock.advance(1000)
    expect(store.rows.map(({ uri }) => uri)).toEqual(['/0', '/1', '/2'])
    const ids = store.rows.map(({ activityId }) => activityId)
    expect(ids).toEqual([...new Set(ids)].toSorted())
  })

  it('are written before they are read, and at the end', async () => {
    note()
    expect(await activity.list(KEY, { page: 1, pageSize: 5 })).toHaveLength(1)
    note()
    await activity.close()
    expect(store.rows).toHaveLength(2)
  })

  it('wait while the store takes none, which is said once', async () => {
    store.isBroken = true
    note(2)
    await clock.advance(5000)
    expect(log.lines).toMatchObject([{ msg: 'requests of keys are not written, will retry' }])
    store.isBroken = false
    await clock.advance(1000)
    expect(store.rows).toHaveLength(2)
  })

  it('are dropped and counted when too many wait', async () => {
    store.isBroken = true
    note(MAX_WAITING + 5)
    expect(activity.dropped).toBe(5)
    store.isBroken = false
    await clock.advance(1000)
    expect(store.rows).toHaveLength(MAX_WAITING)
    note()
    expect(activity.dropped).toBe(5)
  })

  it('are deleted by time and number, every hour', async () => {
    const beforeId = (clock.nowMs() + 1000 - 30 * DAY_MS).toString(16).padStart(12, '0')
    await clock.advance(1000)
    expect(store.limits).toEqual([{ beforeId, keepPerKey: 7 }])
    await clock.advance(3_599_000)
    expect(store.limits).toHaveLength(1)
    await clock.advance(2000)
    expect(store.limits).toHaveLength(2)
  })
})
