import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import { AppendQueue } from './append-queue.ts'

it('leaves nothing on the signal once a wait is over, however it ended', async () => {
  const queue = new AppendQueue()
  const ended = new AbortController()
  for (let turn = 0; turn < 3; turn++) {
    const waiting = queue.untilWaiting(ended.signal)
    const done = queue.add(new Uint8Array(1), undefined)
    await waiting
    expect(getEventListeners(ended.signal, 'abort')).toEqual([])
    for (const record of queue.takeGroup()) record.resolve({ position: turn, receiptId: undefined })
    await done
  }
  const waiting = queue.untilWaiting(ended.signal)
  ended.abort()
  await waiting
  expect(getEventListeners(ended.signal, 'abort')).toEqual([])
})
