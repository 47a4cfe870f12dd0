import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { FakeReportServer, type FakeReportServerOptions, status } from '../support/fake-report-server.ts'
import { createCowrie } from './support/cowrie.ts'
import { buildProgram, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { firstLine, type ServiceLine } from './support/service.ts'

beforeAll(buildProgram)

interface StatusLine {
  readonly running: boolean
  readonly healthy: boolean
  readonly pid: number | null
  readonly problems: readonly { readonly problem: string }[]
  readonly waiting_addresses: number
  readonly status: {
    readonly state: string
    readonly targets: readonly {
      readonly target: string
      readonly waiting_addresses: number
      readonly totals: { readonly addresses: number }
      readonly last_failure: { readonly status: number; readonly reason: string } | null
      readonly logs: readonly { readonly path: string; readonly lines: number }[]
    }[]
  } | null
}

async function serverWith(options: FakeReportServerOptions = {}): Promise<FakeReportServer> {
  const server = await FakeReportServer.start(options)
  onTestFinished(() => server.close())
  return server
}

function startAgent(server: FakeReportServer, words: readonly string[] = []) {
  const cowrie = createCowrie({ flush_seconds: 1, requests_per_minute: 6000 })
  const data = temporaryDirectory()
  const agent = start(['report', '--data', data, '--api-url', server.apiUrl, ...words], {
    workingDirectory: cowrie.root,
    environment: { HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` },
  })
  const ask = async () => {
    const { code, stdout, stderr } = await run(['status', '--data', data, '--json'])
    expect(stderr).toBe('')
    return { code, line: JSON.parse(stdout) as StatusLine }
  }
  const text = () => run(['status', '--data', data])
  return { agent, cowrie, data, ask, text }
}

describe('honeyjam status', () => {
  it('shows an agent that reads and reports, and the same one stopped', async () => {
    const server = await serverWith()
    const { agent, cowrie, ask, text } = startAgent(server)
    cowrie.attack('45.0.0.7', '45.0.0.8')
    const { code, line } = await waitFor('two delivered', async () => {
      const answer = await ask()
      return answer.line.status?.targets[0]?.totals.addresses === 2 && answer
    })
    expect(code).toBe(0)
    expect(line).toMatchObject({ running: true, healthy: true, pid: agent.pid, waiting_addresses: 0 })
    expect(line.status?.targets[0]).toMatchObject({
      target: server.apiUrl,
      logs: [{ path: cowrie.log, lines: 2 }],
    })
    const page = (await text()).stdout
    for (const part of [
      `process ${agent.pid}`,
      'good',
      server.apiUrl,
      cowrie.log,
      '2 addresses in 1 report ',
    ])
      expect(page).toContain(part)
    agent.kill('SIGTERM')
    await agent.finished
    const stopped = await ask()
    expect(stopped).toMatchObject({
      code: 1,
      line: { running: false, problems: [{ problem: 'not-running' }], status: { state: 'stopped' } },
    })
    expect((await text()).stdout).toContain('not running: stopped')
  })

  it('counts what waits after a kill, and leaves the state as it was', async () => {
    const server = await serverWith({ answer: () => status(401, { body: 'no \u001B[31mkey' }) })
    const { agent, cowrie, data, ask, text } = startAgent(server)
    cowrie.attack('45.0.0.7', '45.0.0.8')
    const { line } = await waitFor('the refusal', async () => {
      const answer = await ask()
      const failure = answer.line.status?.targets[0]?.last_failure ?? null
      return failure !== null && answer
    })
    expect(line).toMatchObject({ healthy: true, waiting_addresses: 2 })
    const page = (await text()).stdout
    expect(page).toContain('the last report was refused')
    expect(page).not.toContain('\u001B[31m')
    agent.kill('SIGKILL')
    await agent.finished
    const before = readdirSync(join(data, 'agent')).toSorted()
    const killed = await ask()
    expect(killed).toMatchObject({ code: 1, line: { running: false, waiting_addresses: 2 } })
    expect((await text()).stdout).toContain('ended without a word')
    expect(readdirSync(join(data, 'agent')).toSorted()).toEqual(before)
  })

  it('finds the agent inside up', async () => {
    const cowrie = createCowrie()
    const data = temporaryDirectory()
    const up = start(['up', '--data', data, '--port', '0', '--json'], { workingDirectory: cowrie.root })
    const { pid } = await firstLine<ServiceLine>(up)
    await waitFor('a healthy agent', async () => {
      const { code, stdout } = await run(['status', '--data', data])
      return code === 0 && stdout.includes(`process ${pid}`)
    })
  })

  it('follows state_path of the configuration', async () => {
    const state = join(temporaryDirectory(), 'elsewhere')
    const cowrie = createCowrie({ state_path: state, ttl: 'a fault elsewhere' })
    const { code, stdout } = await run(['status', '--cowrie-config', cowrie.configFile])
    expect(code).toBe(1)
    expect(stdout).toContain(state)
  })

  it('goes on counting after a hangup', async () => {
    const server = await serverWith()
    const { agent, cowrie, ask } = startAgent(server)
    const lines = async () => (await ask()).line.status?.targets[0]?.logs[0]?.lines
    cowrie.attack('45.0.0.7', '45.0.0.8')
    await waitFor('two lines', async () => (await lines()) === 2)
    agent.kill('SIGHUP')
    await waitFor('the second start', () => agent.stderr().split('successfully initialized').length === 3)
    cowrie.attack('45.0.0.9')
    await waitFor('three lines', async () => (await lines()) === 3)
    agent.kill('SIGTERM')
    expect((await agent.finished).code).toBe(0)
  })

  it('makes nothing where no agent ever ran', async () => {
    const data = join(temporaryDirectory(), 'data')
    const { code, stdout } = await run(['status', '--data', data])
    expect(code).toBe(1)
    expect(stdout).toContain('no agent runs on this state directory')
    expect(existsSync(data)).toBe(false)
  })

  it('goes with metrics where a port is set, and the port is free again at the end', async () => {
    const server = await serverWith()
    const { agent, cowrie } = startAgent(server, ['--metrics-listen', '0'])
    const url = await waitFor('the port', () => /http:\/\/\S+\/metrics/.exec(agent.stderr())?.[0])
    cowrie.attack('45.0.0.7')
    await waitFor('one taken', async () => {
      const text = await (await fetch(url)).text()
      return text.includes(`honeyjam_agent_addresses_taken_total{target="${server.apiUrl}"} 1`)
    })
    const second = startAgent(server, ['--metrics-listen', new URL(url).port])
    await waitFor('the refusal', () => second.agent.stderr().includes('the agent goes on without metrics'))
    expect(second.agent.stderr()).toContain('EADDRINUSE')
    second.cowrie.attack('45.0.0.8')
    await server.until(({ reportsByAddress }) => reportsByAddress.has('45.0.0.8'))
    second.agent.kill('SIGTERM')
    expect((await second.agent.finished).code).toBe(0)
    agent.kill('SIGTERM')
    expect((await agent.finished).code).toBe(0)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})
