import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { batchEndingAt, eventFrom } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { type MetricsServer, startMetricsServer } from './metrics-server.ts'
import { AgentStatusBoard } from './status-board.ts'

const PAGE = new URL('../../docs/reference/metrics.md', import.meta.url)
const TARGET = 'http://127.0.0.1:1/v1/ip'
const ANYWHERE = { host: '127.0.0.1', port: 0 }
const TOTALS = { requests: 4, batches: 2, addresses: 30 }

let clock: ManualClock
let board: AgentStatusBoard
let server: MetricsServer
let sockets: Socket[]

beforeEach(async () => {
  clock = new ManualClock()
  board = new AgentStatusBoard({ clock })
  board.onLogs(TARGET, ['/log "1"\n'])
  board.onProgress(TARGET, { waitingAddresses: 7, totals: TOTALS })
  server = await startMetricsServer({ address: ANYWHERE, board, clock })
  sockets = []
})

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await server.close()
})

const url = (path = '/metrics') => `http://127.0.0.1:${server.address.port}${path}`

async function scrape(): Promise<string> {
  const answer = await fetch(url())
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4')
  return await answer.text()
}

/** Everything there is a value for, as after a while. */
function fill(): void {
  const events = [{ ...eventFrom('192.0.2.1'), timestampMs: clock.nowMs() - 2500 }]
  board.onRead(TARGET, '/log "1"\n', { ...batchEndingAt(1, events), lines: 3, lagBytes: 512 })
  const batch = { id: 1, idempotencyKey: 'k', report: { addresses: [], type: 'A', ttlSeconds: 1, tags: [] } }
  const step = { kind: 'delivered', batch } as const
  board.onProgress(TARGET, { waitingAddresses: 7, totals: TOTALS, step })
}

describe('the metrics', () => {
  it('say what the board says, in seconds and bytes', async () => {
    fill()
    const text = await scrape()
    const target = `target="${TARGET}"`
    const log = `${target},log="/log \\"1\\"\\n"`
    for (const line of [
      `honeyjam_agent_start_time_seconds ${clock.nowMs() / 1000}`,
      `honeyjam_agent_waiting_addresses{${target}} 7`,
      `honeyjam_agent_requests_total{${target}} 4`,
      `honeyjam_agent_reports_taken_total{${target}} 2`,
      `honeyjam_agent_addresses_taken_total{${target}} 30`,
      `honeyjam_agent_failing_seconds{${target}} 0`,
      `honeyjam_agent_log_lag_bytes{${log}} 512`,
      `honeyjam_agent_log_lines_total{${log}} 3`,
      `honeyjam_agent_log_tracked_events_total{${log}} 1`,
      `honeyjam_agent_log_last_event_time_seconds{${log}} ${(clock.nowMs() - 2500) / 1000}`,
    ]) {
      expect(text.split('\n')).toContain(line)
    }
  })

  it('leave out what is not known yet', async () => {
    const text = await scrape()
    expect(text).not.toMatch(/^honeyjam_agent_log_lag_bytes\{/m)
    expect(text).not.toMatch(/^honeyjam_agent_last_acknowledgement_time_seconds\{/m)
  })

  it('are those that docs/reference/metrics.md lists, with type and labels', async () => {
    fill()
    const text = await scrape()
    const served = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => {
      const sample = new RegExp(`^${name}(?:\\{(.*)\\})? `, 'm').exec(text)
      const labels = [...(sample?.[1] ?? '').matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)].map(([, label]) => label)
      return [name, type, labels.join(', ')]
    })
    const rows = [...readFileSync(PAGE, 'utf8').matchAll(/^\| `(honeyjam_agent_\w+)` \| (\w+) \|([^|]*)\|/gm)]
    const listed = rows.map(([, name, type, labels = '']) => [name, type, labels.replaceAll('`', '').trim()])
    expect(listed).toEqual(served)
  })
})

describe('the metrics server', () => {
  it('answers GET /metrics and nothing else', async () => {
    expect((await fetch(url('/metrics?x=1'))).status).toBe(200)
    expect((await fetch(url('/'))).status).toBe(404)
    const posted = await fetch(url(), { method: 'POST', body: 'x' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('says clearly that the port is taken', async () => {
    await expect(startMetricsServer({ address: server.address, board, clock })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      message: expect.stringMatching(/cannot serve metrics on 127\.0\.0\.1:\d+: .*EADDRINUSE/) as string,
    })
  })

  it('closes although somebody holds a connection open', async () => {
    const socket = connectSilently()
    await once(socket, 'connect')
    const closed = once(socket, 'close')
    await server.close()
    await closed
    await expect(fetch(url())).rejects.toThrow('fetch failed')
    server = await startMetricsServer({ address: ANYWHERE, board, clock })
  })

  it('serves no more connections than it has room for', async () => {
    const silent = Array.from({ length: 20 }, () => connectSilently())
    // the others stay until their time limit
    await Promise.race(silent.map((socket) => once(socket, 'close')))
    expect(silent.filter(({ closed }) => !closed).length).toBeGreaterThanOrEqual(16)
  })
})

function connectSilently(): Socket {
  const socket = connect(server.address.port, '127.0.0.1')
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}
