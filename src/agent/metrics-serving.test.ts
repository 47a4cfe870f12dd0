import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { serveMetrics } from './metrics-serving.ts'
import { AgentStatusBoard } from './status-board.ts'

it('says that the port is taken, and serves metrics once it is free', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const clock = new ManualClock()
  const stop = new AbortController()
  const { logger, lines } = captureLog()
  const serving = serveMetrics({
    address: { host: '127.0.0.1', port },
    board: new AgentStatusBoard({ clock }),
    clock,
    logger,
    signal: stop.signal,
  })
  await clock.untilSleeping()
  await clock.advance(30_000)
  await clock.untilSleeping(clock.nowMs() + 30_000)
  expect(lines.map(({ msg }) => msg)).toEqual(['the agent goes on without metrics, will retry'])
  expect(JSON.stringify(lines)).toContain('EADDRINUSE')

  other.close()
  await once(other, 'close')
  await clock.advance(30_000)
  await expect.poll(() => lines.length).toBe(2)
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  expect(answer.status).toBe(200)
  stop.abort()
  await serving
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow('fetch failed')
})

it('ends while it waits for the port', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const clock = new ManualClock()
  const stop = new AbortController()
  const { logger } = captureLog()
  const board = new AgentStatusBoard({ clock })
  const address = { host: '127.0.0.1', port }
  const serving = serveMetrics({ address, board, clock, logger, signal: stop.signal })
  await clock.untilSleeping()
  stop.abort()
  await expect(serving).resolves.toBeUndefined()
  other.close()
})
