import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Denylist,
  openDenylist,
  type ProtectionDetails,
  protectOperation,
  type Receipt,
  selectAddresses,
  unprotectOperation,
} from '../../src/denylist/index.ts'
import { parseAddress } from '../../src/ip/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import type { SqliteStore } from '../../src/store/sqlite/index.ts'
import type { Place } from '../contracts/place.ts'
import { present } from '../support/entries.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

const ACCOUNTS = [1, 2]
const OFFICE = parseAddress('9.9.9.9')!

let place: Place<SqliteStore>
let clock: ManualClock
let denylist: Denylist

async function open(): Promise<void> {
  const store = await place.open()
  denylist = await openDenylist({ store: store.denylist, queue: store.queue, clock, logger: silentLogger })
}

function origin() {
  return { keyId: 0, receivedAtMs: clock.nowMs(), receiptId: randomUUID() }
}

async function report(accountId: number, ...texts: string[]): Promise<Receipt> {
  const { addresses } = selectAddresses(texts, { acceptPrivate: false, nowMs: clock.nowMs() })
  return await denylist.submit({
    ...origin(),
    kind: 'report',
    accountId,
    addresses,
    observedAtMs: clock.nowMs(),
    ttlSeconds: 3600,
    dataset: 'ABUSE',
    tags: [],
  })
}

async function protect(...ranges: string[]): Promise<void> {
  await protectFor({ ranges, reason: 'fixed', comment: 'the office' })
}

async function protectFor(details: ProtectionDetails): Promise<void> {
  await denylist.submit(protectOperation(details, origin()))
}

function listed(accountId: number): readonly string[] {
  return present(denylist.listEntries(accountId, {}, clock.nowMs())).map((entry) => entry.address)
}

beforeEach(async () => {
  place = await sqlitePlace((opened) => opened)
  clock = new ManualClock()
  await open()
})
afterEach(() => place.remove())

describe('what is protected', () => {
  it('comes on no list of any account, and the receipt says so', async () => {
    await protect('9.9.9.0/24')
    for (const accountId of ACCOUNTS) {
      expect(await report(accountId, '9.9.9.9', '8.8.8.8')).toMatchObject({
        taken: 1,
        skipped: { protected: 1 },
      })
      expect(listed(accountId)).toEqual(['8.8.8.8'])
    }
  })

  it('leaves the lists it was on, and is back when the protection ends', async () => {
    await report(1, '9.9.9.9')
    await protectFor({ ranges: ['9.9.9.9/32'], reason: 'operator', comment: '', ttlSeconds: 60 })
    expect(listed(1)).toEqual([])
    expect(denylist.findEntry(1, OFFICE, clock.nowMs())).toBeUndefined()
    await clock.advance(60_000)
    expect(listed(1)).toEqual(['9.9.9.9'])
  })

  it('is no part of the decisions of any account, and those who wait for a change are told', async () => {
    await report(2, '9.9.9.9')
    const before = await denylist.decisions.snapshot(2)
    const stop = new AbortController()
    const waiting = denylist.decisions.waitForChange(2, before.revision, stop.signal)
    await protect('9.9.9.9/32')
    await waiting
    const { count } = await denylist.decisions.checksum(await denylist.decisions.snapshot(2))
    expect(count).toBe(0)
    await denylist.submit(unprotectOperation(['9.9.9.9/32'], origin()))
    const after = await denylist.decisions.checksum(await denylist.decisions.snapshot(2))
    expect(after.count).toBe(1)
  })

  it('says why and until when, also after a crash and after a restart', async () => {
    await protect('9.9.9.0/24')
    const protectedRange = {
      range: '9.9.9.0/24',
      reason: 'fixed',
      comment: 'the office',
      createdAtMs: clock.nowMs(),
    }
    await open()
    expect(denylist.listProtected(clock.nowMs())).toEqual([protectedRange])
    await denylist.close()
    await open()
    expect(denylist.findProtected(OFFICE, clock.nowMs())).toEqual([protectedRange])
    expect(denylist.findProtected(parseAddress('9.9.8.1')!, clock.nowMs())).toEqual([])
  })

  it('is no allowlist of any account', async () => {
    await protect('9.9.9.9/32')
    expect(ACCOUNTS.flatMap((accountId) => denylist.listAllowed(accountId, clock.nowMs()))).toEqual([])
  })
})
