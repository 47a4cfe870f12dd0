import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { FakeReportServer } from '../support/fake-report-server.ts'
import { createCowrie, loginLine, type TestCowrie } from './support/cowrie.ts'
import { buildProgram, type RunOptions, start, temporaryDirectory, waitFor } from './support/program.ts'

beforeAll(buildProgram)

const JSON_FORM = ['--json', '--log-format', 'json', '--requests-per-minute', '6000']

function follow(
  cowrie: TestCowrie,
  server: FakeReportServer,
  words: readonly string[],
  { data = temporaryDirectory(), ...options }: RunOptions & { data?: string } = {},
) {
  return start(['report', '--data', data, '--api-url', server.origin, ...JSON_FORM, ...words], {
    workingDirectory: cowrie.root,
    environment: { HONEYJAM_BEARER_TOKEN: 'tja_test' },
    ...options,
  })
}

/** As Cowrie's socketlog writes it: Python's separators, and the time once more. */
function socketlogLine(address: string): string {
  const event = JSON.parse(loginLine(address)) as Record<string, unknown>
  const text = JSON.stringify({ ...event, time: Date.now() / 1000 }, undefined, 1)
  return `${text.replace(/\n */g, ' ').replace(/^\{ /, '{').replace(/ \}$/, '}')}\n`
}

const addresses = (server: FakeReportServer) => [...server.reportsByAddress.keys()].toSorted()

describe('honeyjam report without a log', () => {
  it("reports what Cowrie's socketlog sends, also what a kill left in the journal", async () => {
    const server = await FakeReportServer.start()
    const cowrie = createCowrie({ flush_seconds: 3600 })
    const data = temporaryDirectory()
    const listen = ['--listen-socketlog', '127.0.0.1:0']
    expect(socketlogLine('45.0.0.1')).toContain('"src_ip": "45.0.0.1", ')
    cowrie.attack('45.0.0.99')

    const first = follow(cowrie, server, listen, { data })
    const socket = connect(await portOf(first), '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    socket.write(`${socketlogLine('45.0.0.1')}${socketlogLine('45.0.0.2').slice(0, 40)}`)
    socket.write(socketlogLine('45.0.0.2').slice(40))
    await waitFor('the journal', () => {
      const { logs } = JSON.parse(first.stdout()) as { logs: string[] }
      return logs.length === 1 && statSync(logs[0]!).size > 300
    })
    first.kill('SIGKILL')
    await first.finished
    expect(server.requests).toEqual([])

    const second = follow(cowrie, server, listen, {
      data,
      environment: { HONEYJAM_BEARER_TOKEN: 'tja_test', COWRIE_OUTPUT_THREATJAMMER_FLUSH_SECONDS: '1' },
    })
    const again = connect(await portOf(second), '127.0.0.1')
    again.end(socketlogLine('45.0.0.3'))
    await server.until(() => addresses(server).length === 3)
    expect(addresses(server)).toEqual(['45.0.0.1', '45.0.0.2', '45.0.0.3'])
    second.kill('SIGTERM')
    expect(await second.finished).toMatchObject({ code: 0 })
    await server.close()
  })

  it('reports what comes on standard input, and ends with it', async () => {
    const server = await FakeReportServer.start()
    const cowrie = createCowrie({ flush_seconds: 3600 })
    const input = ['45.0.0.1', '45.0.0.2', '45.0.0.1'].map((address) => `${loginLine(address)}\n`).join('')
    const agent = follow(cowrie, server, ['--log', '-'], { input })
    expect(await agent.finished).toMatchObject({ code: 0, signal: null })
    expect(addresses(server)).toEqual(['45.0.0.1', '45.0.0.2'])
    expect([...server.reportsByAddress.values()]).toEqual([1, 1])
    await server.close()
  })

  it('ends at once when standard input holds nothing', async () => {
    const server = await FakeReportServer.start()
    const agent = follow(createCowrie({}), server, ['--log', '-'], { input: '' })
    expect(await agent.finished).toMatchObject({ code: 0, signal: null })
    expect(server.requests).toEqual([])
    await server.close()
  })

  it('says what to do when the port is taken', async () => {
    const server = await FakeReportServer.start()
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const agent = follow(createCowrie({}), server, ['--listen-socketlog', `127.0.0.1:${port}`])
    const { code, stderr } = await agent.finished
    expect(code).toBe(1)
    expect(stderr).toContain('another port here and in [output_socketlog]')
    other.close()
    await server.close()
  })

  it('refuses a place that is none', async () => {
    const server = await FakeReportServer.start()
    const agent = follow(createCowrie({}), server, ['--listen-socketlog', '127.0.0.1'])
    expect(await agent.finished).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('HOST:PORT') as string,
    })
    await server.close()
  })
})

async function portOf(agent: ReturnType<typeof start>): Promise<number> {
  const line = await waitFor('its first line', () => agent.stdout().includes('\n') && agent.stdout())
  const { listens_on: listensOn } = JSON.parse(line) as { listens_on: string[] }
  return Number(listensOn[0]!.split(':').at(-1))
}
