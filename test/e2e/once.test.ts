import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { classifyAddress, parseAddress } from '../../src/ip/index.ts'
import { loginLine } from './support/cowrie.ts'
import { buildProgram, REPOSITORY, type RunOptions, run, temporaryDirectory } from './support/program.ts'
import { addressesOf, startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

/** Logs of other people's honeypots, with what they hold; they are not ours to ship. */
const LOGS = join(REPOSITORY, '..', 'shared', 'data', 'cowrie-logs')
const EXPECTED = join(LOGS, 'expected.json')

interface ExpectedFile {
  readonly file: string
  readonly bytes: number
  readonly lines: number
  readonly unparsable_lines: number
  readonly plugin_rule_login_events: number
  readonly plugin_rule_login_distinct: number
  readonly plugin_rule_session_events: number
  readonly login_or_session_distinct_src_ip: number
}

interface Summary {
  readonly lines: number
  readonly events: number
  readonly tracked: number
  readonly distinct: number
  readonly reported: number
  readonly requests: number
  readonly skipped: Readonly<Record<string, { readonly events: number; readonly addresses: number }>>
  readonly unparsable_lines: number
  readonly bytes: number
  readonly seconds: number
  readonly files: readonly { readonly file: string; readonly done: boolean }[]
}

async function once(service: TestService, words: readonly string[], options: RunOptions = {}) {
  const state = temporaryDirectory()
  const connect = ['--data', service.data, '--state', state, '--requests-per-minute', '6000']
  return run(['report', ...connect, ...words], options)
}

async function summaryOf(
  service: TestService,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Summary> {
  const { code, stdout, stderr } = await once(service, ['--json', ...words], options)
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`)
  return JSON.parse(stdout) as Summary
}

describe.skipIf(!existsSync(EXPECTED))('real logs, each into a fresh service', () => {
  const files = existsSync(EXPECTED)
    ? (JSON.parse(readFileSync(EXPECTED, 'utf8')) as { files: ExpectedFile[] }).files
    : []

  it.each(files.map((file) => [file.file, file] as const))('%s', async (name, expected) => {
    const path = join(LOGS, name)
    const service = await startService()

    const logins = sourcesOf(path, ['cowrie.login'])
    const summary = await summaryOf(service, ['--ttl-from', 'arrival', '--once', path])
    expect(addressesOf(await service.listed())).toEqual(logins.publicSources)
    expect(summary).toMatchObject({
      lines: expected.lines,
      bytes: expected.bytes,
      unparsable_lines: expected.unparsable_lines,
      tracked: expected.plugin_rule_login_events,
      distinct: expected.plugin_rule_login_distinct,
      reported: logins.publicSources.length,
      finished: true,
      files: [{ file: path, done: true, lines: expected.lines }],
    })
    expect(addressesSkipped(summary)).toBe(logins.distinct - logins.publicSources.length)

    await forgetAll(service)
    const sessions = sourcesOf(path, ['cowrie.login', 'cowrie.session'])
    const tracked = await summaryOf(service, ['--track-session', '--ttl-from', 'arrival', '--once', path])
    expect(addressesOf(await service.listed())).toEqual(sessions.publicSources)
    expect(tracked.tracked).toBe(expected.plugin_rule_login_events + expected.plugin_rule_session_events)
    expect(tracked.distinct).toBe(expected.login_or_session_distinct_src_ip)
  })
})

describe('honeyjam report --once', () => {
  it('reads plain and packed files, globs and standard input', async () => {
    const service = await startService()
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'cowrie.json.2026-11-22'), `${loginLine('45.0.0.1')}\n`)
    writeFileSync(join(directory, 'cowrie.json.2026-11-23.gz'), gzipSync(`${loginLine('45.0.0.2')}\n`))
    writeFileSync(join(directory, 'other.json'), `${loginLine('45.0.0.9')}\n`)
    const input = `${loginLine('45.0.0.3')}\nnot json\n`
    const summary = await summaryOf(service, ['--once', join(directory, 'cowrie.json.*'), '-'], { input })
    expect(addressesOf(await service.listed())).toEqual(['45.0.0.1', '45.0.0.2', '45.0.0.3'])
    expect(summary).toMatchObject({
      lines: 4,
      events: 3,
      tracked: 3,
      distinct: 3,
      reported: 3,
      unparsable_lines: 1,
    })
    expect(summary.files.map(({ file }) => file)).toEqual([
      join(directory, 'cowrie.json.2026-11-22'),
      join(directory, 'cowrie.json.2026-11-23.gz'),
      '-',
    ])
  })

  it('counts what it leaves out, and why', async () => {
    const service = await startService()
    const sources = ['10.0.0.1', '10.0.0.1', '192.168.0.1', 'example.org', '45.0.0.1']
    const input = sources.map((address) => `${loginLine(address)}\n`).join('')
    const summary = await summaryOf(service, ['--once', '-'], { input })
    expect(summary).toMatchObject({
      tracked: 5,
      distinct: 3,
      reported: 1,
      skipped: { private: { events: 3, addresses: 2 }, unparsable: { events: 1, addresses: 0 } },
    })
    const text = await once(service, ['--once', '-'], { input })
    expect(text.code).toBe(0)
    expect(text.stdout).toMatch(/^reported +1 address in 1 request$/m)
    expect(text.stdout).toMatch(/^(?:skipped)? +3 events from private or reserved addresses, 2 addresses$/m)
  })

  it('what expired long ago becomes history, unless the time counts from arrival', async () => {
    const service = await startService()
    const input = `${loginLine('45.0.0.1', Date.UTC(2024, 0, 1))}\n`
    expect(await summaryOf(service, ['--once', '-'], { input })).toMatchObject({ reported: 1 })
    expect(await service.listed()).toEqual([])
    await summaryOf(service, ['--ttl-from', 'arrival', '--ttl', '3600', '--once', '-'], { input })
    const [entry] = await service.listed()
    expect(entry!.expiry - entry!.last_report).toBe(3_600_000)
  })

  it('runs though the configuration says not to follow', async () => {
    const service = await startService()
    const cowrie = temporaryDirectory()
    mkdirSync(join(cowrie, 'etc'))
    writeFileSync(join(cowrie, 'etc', 'cowrie.cfg'), '[output_threatjammer]\nenabled = false\n')
    const input = `${loginLine('45.0.0.1')}\n`
    const options = { input, workingDirectory: cowrie }
    expect(await summaryOf(service, ['--api-url', service.url, '--once', '-'], options)).toMatchObject({
      reported: 1,
    })
  })

  it('sends more than one request for more than 1000 addresses', async () => {
    const service = await startService()
    const input = Array.from(
      { length: 2500 },
      (_, index) => `${loginLine(`45.1.${index >> 8}.${index & 255}`)}\n`,
    )
    const summary = await summaryOf(service, ['--once', '-'], { input: input.join('') })
    expect(summary).toMatchObject({ distinct: 2500, reported: 2500, requests: 3 })
    expect(await service.listed()).toHaveLength(2500)
  })

  it.each([
    ['a file that is not there', ['/nonexistent/cowrie.json'], '/nonexistent/cowrie.json'],
    ['a directory', ['/tmp'], '/tmp is a directory'],
    ['a glob that matches nothing', ['/nonexistent/*.json'], '/nonexistent/*.json'],
  ])('refuses %s', async (_, files, message) => {
    const service = await startService()
    const { code, stdout, stderr } = await once(service, ['--once', ...files])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })

  it('says that the key is wrong, or that nobody answers, and with which exit code', async () => {
    const service = await startService()
    const input = `${loginLine('45.0.0.1')}\n`
    const environment = { HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` }
    const refused = await once(service, ['--once', '-'], { input, environment })
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain('401')
    const unreachable = await once(service, ['--api-url', 'http://127.0.0.1:9', '--once', '-'], { input })
    expect(unreachable.code).toBe(4)
    expect(unreachable.stderr).toContain('127.0.0.1:9')
  })
})

/** The truth by the simplest means: every line parsed, the event id without its last part compared. */
function sourcesOf(path: string, groups: readonly string[]): { distinct: number; publicSources: string[] } {
  const sources = new Set<string>()
  for (const line of readFileSync(path, 'utf8').split('\n').filter(Boolean)) {
    const event = JSON.parse(line) as { eventid: string; src_ip: string }
    if (groups.includes(event.eventid.split('.').slice(0, -1).join('.'))) sources.add(event.src_ip)
  }
  const addresses = [...sources].map((source) => parseAddress(source)!)
  const publicSources = addresses.filter((address) => classifyAddress(address) === 'public')
  return { distinct: sources.size, publicSources: publicSources.toSorted() }
}

function addressesSkipped({ skipped }: Summary): number {
  return Object.values(skipped).reduce((sum, { addresses }) => sum + addresses, 0)
}

async function forgetAll({ url, key }: TestService): Promise<void> {
  const headers = { authorization: `Bearer ${key}` }
  const { status } = await fetch(`${url}/v1/denylist/reported/ip/all`, { method: 'DELETE', headers })
  expect(status).toBe(204)
}
