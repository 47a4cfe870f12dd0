import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { agentConfig, loginLine } from '../../test/support/agent-options.ts'
import { type ApiPlace, openApi } from '../../test/support/api-place.ts'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { type FakeAnswer, FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { Heartbeat, SensorList } from '../contract/index.ts'
import { systemClock } from '../runtime/index.ts'
import { runWatchedAgent, type WatchedAgentOptions } from './status-run.ts'

const CONFIG = agentConfig({ flushSeconds: 1, requestsPerMinute: 6000 })

/** For as long as a slow machine may take. */
const WAITING = { timeout: 10_000 }

let directory: string
let log: string
let server: FakeReportServer
let heartbeatAnswer: FakeAnswer
let stop: AbortController
let lines: LogLine[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-watched-'))
  log = join(directory, 'cowrie.json')
  writeFileSync(log, '')
  heartbeatAnswer = status(404)
  server = await FakeReportServer.start({ answerHeartbeat: () => heartbeatAnswer })
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await server.close()
  rmSync(directory, { recursive: true })
})

function run(options: Partial<WatchedAgentOptions> = {}) {
  const captured = captureLog()
  lines = captured.lines
  return runWatchedAgent({
    config: CONFIG,
    targets: [{ apiUrl: server.apiUrl, bearerToken: 'tja_test' }],
    ttlFrom: 'event',
    logPaths: [log],
    stateDirectory: join(directory, 'state'),
    clock: systemClock,
    logger: captured.logger,
    signal: stop.signal,
    version: '0.0.0-test',
    ...options,
  })
}

/** Runs an agent until its first report was taken and its first heartbeat answered. */
async function runOnce(): Promise<void> {
  const count = server.heartbeats.length
  const running = run()
  appendFileSync(log, loginLine('9.0.0.1'))
  await server.until(({ requests, heartbeats }) => requests.length > 0 && heartbeats.length > count)
  stop.abort()
  await running
  stop = new AbortController()
}

const addressesTaken = () => server.takenReports.flatMap(({ addresses }) => addresses)

describe('a watched agent', () => {
  it('says who it is, under the same id after a restart', async () => {
    await runOnce()
    await runOnce()
    const sent = server.heartbeats.map(({ body }) => Heartbeat.parse(JSON.parse(body)))
    expect(sent.length).toBeGreaterThanOrEqual(2)
    expect(new Set(sent.map(({ agent_id }) => agent_id)).size).toBe(1)
    expect(sent[0]).toMatchObject({ version: '0.0.0-test' })
  })

  it.each(['auto', 'on', 'off'] as const)(
    'tells a server that is not honeyjam nothing of its host, unless it is to: %s',
    async (heartbeat) => {
      await server.close()
      server = await FakeReportServer.start()
      const running = run({ config: { ...CONFIG, heartbeat } })
      const told = () => lines.filter(({ msg }) => msg.includes('knows no heartbeats'))
      await vi.waitFor(() => expect(told()).toHaveLength(heartbeat === 'off' ? 0 : 1), WAITING)
      appendFileSync(log, loginLine('9.0.0.1'))
      await server.until(({ requests }) => requests.length === 1)
      stop.abort()
      await running
      expect(server.heartbeats).toHaveLength(heartbeat === 'on' ? 1 : 0)
      expect(JSON.stringify(server.requests)).not.toContain(hostname())
    },
  )

  it.each<[FakeAnswer, number]>([
    [status(404), 20],
    [status(401), 30],
    [{ kind: 'reset' }, 30],
  ])('delivers whatever comes of its heartbeats: %j', async (answer, level) => {
    heartbeatAnswer = answer
    const running = run()
    const told = () => lines.filter(({ msg }) => /heartbeats|is alive/.test(msg)).map((line) => line.level)
    await vi.waitFor(() => expect(told()).toEqual([level]), WAITING)
    appendFileSync(log, loginLine('9.0.0.1'))
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    await running
    expect(addressesTaken()).toEqual(['9.0.0.1'])
    expect(told()).toEqual([level])
  })

  it('delivers and stops while a heartbeat gets no answer', async () => {
    heartbeatAnswer = { kind: 'hang' }
    const running = run()
    await server.until(({ heartbeats }) => heartbeats.length === 1)
    appendFileSync(log, loginLine('9.0.0.1'))
    await server.until(({ requests }) => requests.length === 1)
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 0 })
    expect(addressesTaken()).toEqual(['9.0.0.1'])
  })
})

describe('a watched agent and the service', () => {
  let api: ApiPlace

  beforeEach(async () => {
    api = await openApi()
  })
  afterEach(() => api.close())

  it('is listed, by each of its targets', async () => {
    const bearerToken = await api.makeKey('report')
    const running = run({
      targets: [
        { apiUrl: `${api.url}/v1/ip`, bearerToken },
        { apiUrl: server.apiUrl, bearerToken: 'tja_other' },
      ],
    })
    await server.until(({ heartbeats }) => heartbeats.length === 1)
    expect(server.heartbeats[0]!.headers.authorization).toBe('Bearer tja_other')
    const { agent_id: agentId } = Heartbeat.parse(JSON.parse(server.heartbeats[0]!.body))
    const seen = { agent_id: agentId, key_name: 'key 1', last_seen_at: api.clock.nowMs() }
    await vi.waitFor(async () => {
      const answer = await api.ask('GET', '/honeyjam/v1/sensors')
      expect(SensorList.parse(answer.json).sensors).toMatchObject([seen])
    }, WAITING)
    stop.abort()
    await running
  })
})
