import { afterEach, beforeEach, expect, it, type MockInstance, vi } from 'vitest'
import { aborted, listenForStop, type StopRequest } from './stop-request.ts'

let nowMs = 0
let stop: StopRequest
let kill: MockInstance<typeof process.kill>

beforeEach(() => {
  nowMs = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs)
  kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  stop = listenForStop()
})
afterEach(() => {
  stop.close()
  vi.restoreAllMocks()
})

it('hands on the first signal', async () => {
  expect(stop.receivedSignal()).toBeUndefined()
  process.emit('SIGTERM', 'SIGTERM')
  await aborted(stop.signal)
  expect(stop.receivedSignal()).toBe('SIGTERM')
  expect(kill).not.toHaveBeenCalled()
})

it('takes one Ctrl-C that arrives three times for one', () => {
  process.emit('SIGINT', 'SIGINT')
  nowMs += 20
  process.emit('SIGINT', 'SIGINT')
  nowMs += 400
  process.emit('SIGINT', 'SIGINT')
  expect(kill).not.toHaveBeenCalled()
})

it('ends at once at the second request', () => {
  process.emit('SIGTERM', 'SIGTERM')
  nowMs += 600
  process.emit('SIGINT', 'SIGINT')
  expect(kill).toHaveBeenCalledExactlyOnceWith(process.pid, 'SIGINT')
})

it('lets a hangup reload instead of stop where that is wanted', () => {
  let reloads = 0
  const other = listenForStop(() => (reloads += 1))
  stop.close()
  process.emit('SIGHUP', 'SIGHUP')
  process.emit('SIGHUP', 'SIGHUP')
  expect(reloads).toBe(2)
  expect(other.signal.aborted).toBe(false)
  process.emit('SIGTERM', 'SIGTERM')
  expect(other.receivedSignal()).toBe('SIGTERM')
  other.close()
})
