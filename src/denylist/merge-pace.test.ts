import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { LONGEST_HOLD_MS, MAX_HELD_ADDRESSES, MAX_WAITING_ROWS, MergePace, SLOW_ROWS } from './merge-pace.ts'
import type { Operation } from './operation.ts'

const ORIGIN = { accountId: 1, keyId: 1, receivedAtMs: 0, receiptId: 'r', folded: 0, skipped: {} }

function report(addresses: number): Operation {
  return {
    ...ORIGIN,
    kind: 'report',
    addresses: new Uint32Array(4 * addresses),
    observedAtMs: 0,
    ttlSeconds: 60,
    dataset: 'ABUSE',
    tags: [],
  }
}

function setUp({ waitingRows = 0, isMerging = true } = {}) {
  const clock = new ManualClock()
  const state = { waitingRows, isMerging }
  const pace = new MergePace({
    waitingRows: () => state.waitingRows,
    isMerging: () => state.isMerging,
    clock,
  })
  const admitted: number[] = []
  const ask = (operation: Operation, number = 0) =>
    pace.admit(operation).then(
      () => void admitted.push(number),
      () => void admitted.push(-number),
    )
  return { clock, state, pace, admitted, ask }
}

describe('MergePace', () => {
  it('lets everything in while the merger keeps up', async () => {
    const { pace } = setUp({ waitingRows: SLOW_ROWS - 1 })
    await expect(pace.admit(report(1000))).resolves.toBeUndefined()
  })

  it('holds reports back until rows were merged, and lets in no more than there is room for, in their order', async () => {
    const { state, pace, admitted, ask } = setUp({ waitingRows: SLOW_ROWS })
    const asked = [1, 2, 3, 4].map((number) => ask(report(1000), number))
    await turn()
    expect(admitted).toEqual([])
    state.waitingRows = SLOW_ROWS - 1500
    pace.merged()
    await turn()
    expect(admitted).toEqual([1, 2])
    state.waitingRows = 0
    pace.merged()
    await Promise.all(asked)
    expect(admitted).toEqual([1, 2, 3, 4])
  })

  it('lets no report overtake those that are held', async () => {
    const { state, pace, admitted, ask } = setUp({ waitingRows: SLOW_ROWS })
    const asked = [ask(report(1), 1)]
    state.waitingRows = 0
    asked.push(ask(report(1), 2))
    await turn()
    expect(admitted).toEqual([])
    pace.merged()
    await Promise.all(asked)
    expect(admitted).toEqual([1, 2])
  })

  it('refuses a report that was held for too long, and lets the next ones in', async () => {
    const { clock, state, pace, admitted, ask } = setUp({ waitingRows: SLOW_ROWS })
    const first = ask(report(MAX_HELD_ADDRESSES), 1)
    await clock.advance(LONGEST_HOLD_MS)
    await first
    expect(admitted).toEqual([-1])
    const second = ask(report(MAX_HELD_ADDRESSES), 2)
    state.waitingRows = 0
    pace.merged()
    await second
    expect(admitted).toEqual([-1, 2])
  })

  it('refuses at once when too much is held back', async () => {
    const { state, pace, ask } = setUp({ waitingRows: SLOW_ROWS })
    const held = ask(report(MAX_HELD_ADDRESSES))
    await expect(pace.admit(report(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    state.waitingRows = 0
    pace.merged()
    await held
  })

  it('never holds back what ends a ban', async () => {
    const { pace } = setUp({ waitingRows: SLOW_ROWS })
    const unban = { ...ORIGIN, kind: 'unban', addresses: new Uint32Array(4) } as Operation
    await expect(pace.admit(unban)).resolves.toBeUndefined()
  })

  it('fills the journal while nothing can be merged, up to its limit', async () => {
    const { state, pace } = setUp({ waitingRows: MAX_WAITING_ROWS - 1, isMerging: false })
    await expect(pace.admit(report(1))).resolves.toBeUndefined()
    state.waitingRows = MAX_WAITING_ROWS
    await expect(pace.admit(report(1))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})
