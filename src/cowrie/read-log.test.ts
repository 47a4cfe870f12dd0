import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogBatch } from './log-batch.ts'
import { type ReadLogOptions, readLog } from './read-log.ts'

const LOGIN = ['cowrie.login']

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-read-'))
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

function file(name: string, content: string | Buffer): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function login(address: string): string {
  return JSON.stringify({ src_ip: address, eventid: 'cowrie.login.failed' })
}

/** Logins of so many addresses, each with so much padding that they need several pieces. */
function manyLogins(count: number): string {
  const password = 'x'.repeat(1000)
  return Array.from(
    { length: count },
    (_, index) => `${JSON.stringify({ password, src_ip: `n${index}`, eventid: 'cowrie.login.failed' })}\n`,
  ).join('')
}

async function read(paths: readonly string[], options: Partial<ReadLogOptions> = {}) {
  const batches: LogBatch[] = []
  let error: unknown
  try {
    for await (const batch of readLog({ paths, groups: LOGIN, ...options })) batches.push(batch)
  } catch (thrown) {
    error = thrown
  }
  const sum = (count: (batch: LogBatch) => number) =>
    batches.reduce((total, batch) => total + count(batch), 0)
  return {
    batches,
    error,
    addresses: batches.flatMap((batch) => batch.events.map((event) => event.src_ip)),
    lines: sum((batch) => batch.lines),
    unparsableLines: sum((batch) => batch.unparsableLines),
    bytes: sum((batch) => batch.bytes),
  }
}

describe('readLog', () => {
  it('reads files in the order given, packed ones unpacked whatever their names', async () => {
    const plain = file('plain', `${login('192.0.2.1')}\n`)
    const packed = file('packed', gzipSync(`${login('192.0.2.2')}\n`))
    const wronglyNamed = file('plain.gz', `${login('192.0.2.3')}\n`)
    const found = await read([packed, plain, wronglyNamed])
    expect(found.addresses).toEqual(['192.0.2.2', '192.0.2.1', '192.0.2.3'])
    expect(found.error).toBeUndefined()
  })

  it('takes a last line without a line feed', async () => {
    expect((await read([file('last', login('192.0.2.1'))])).addresses).toEqual(['192.0.2.1'])
  })

  it('counts a last line that was cut off as unparsable', async () => {
    const found = await read([file('cut', `${login('192.0.2.1')}\n${login('192.0.2.2').slice(0, -3)}`)])
    expect(found).toMatchObject({ addresses: ['192.0.2.1'], lines: 2, unparsableLines: 1 })
  })

  it('does not join the end of one file with the start of the next', async () => {
    const paths = [file('one', login('192.0.2.1').slice(0, 9)), file('two', `${login('192.0.2.2')}\n`)]
    expect(await read(paths)).toMatchObject({ addresses: ['192.0.2.2'], unparsableLines: 1 })
  })

  it('says how much is still to be read of all files', async () => {
    const text = manyLogins(2000)
    const paths = [file('lag1', text), file('lag2', gzipSync(text)), file('lag3', '')]
    const total = text.length + gzipSync(text).length
    const { batches } = await read(paths)
    expect(batches[0]!.lagBytes).toBeLessThan(total)
    expect(batches.at(-1)!.lagBytes).toBe(0)
    const lags = batches.map((batch) => batch.lagBytes)
    expect(lags).toEqual(lags.toSorted((one, other) => other - one))
  })

  it.each(['plain', 'packed'])('goes on from the position of any batch (%s)', async (kind) => {
    const text = manyLogins(2000)
    const paths = [
      file('before', manyLogins(1)),
      file(`resume-${kind}`, kind === 'plain' ? text : gzipSync(text)),
    ]
    const { batches, addresses } = await read(paths)
    expect(batches.length).toBeGreaterThan(4)
    let seen = 0
    for (const batch of batches.slice(0, -1)) {
      seen += batch.events.length
      expect((await read(paths, { from: batch.position! })).addresses).toEqual(addresses.slice(seen))
    }
  })

  it('reads a file from its start when the position is from another one', async () => {
    const { batches } = await read([file('other', `${login('192.0.2.1')}\n`)])
    const path = file('other', `${login('192.0.2.2')}\n${login('192.0.2.3')}\n`)
    const { addresses } = await read([path], { from: batches[0]!.position! })
    expect(addresses).toEqual(['192.0.2.2', '192.0.2.3'])
  })

  it('gives what can be read of a packed file that was cut off, then names it', async () => {
    const packed = gzipSync(`${login('192.0.2.1')}\n`.repeat(10_000))
    const path = file('cut.gz', packed.subarray(0, packed.length - 20))
    const { addresses, error } = await read([path])
    expect(addresses.length).toBeGreaterThan(5000)
    expect(error).toMatchObject({ code: 'LOG_UNREADABLE', fields: { path, reason: 'Z_BUF_ERROR' } })
  })

  it.each([
    ['a file that is not there', () => join(directory, 'nowhere'), 'ENOENT'],
    ['a directory', () => directory, 'EISDIR'],
    ['a packed file of which nothing arrived', () => file('empty.gz', ''), 'Z_BUF_ERROR'],
  ])('names %s', async (_case, path, reason) => {
    const { error } = await read([path()])
    expect(error).toMatchObject({ code: 'LOG_UNREADABLE', fields: { path: path(), reason } })
  })

  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['packed', (text: string) => gzipSync(text)],
  ])('reads standard input (%s)', async (_kind, pack) => {
    const text = manyLogins(1500)
    const packed = pack(text)
    const chunks = Array.from({ length: Math.ceil(packed.length / 1000) }, (_, i) =>
      packed.subarray(i * 1000, i * 1000 + 1000),
    )
    const { addresses, batches, bytes } = await read(['-'], { standardInput: Readable.from(chunks) })
    expect(addresses).toHaveLength(1500)
    expect(bytes).toBe(text.length)
    expect(batches.every((batch) => batch.position === undefined)).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('reads a pipe that has a name', async () => {
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    const writing = promisify(execFile)('cp', [file('piped', `${login('192.0.2.1')}\n`), pipe])
    expect((await read([pipe])).addresses).toEqual(['192.0.2.1'])
    await writing
  })

  it('ends when told to while standard input says nothing', async () => {
    const stop = new AbortController()
    const standardInput = new Readable({ read: () => stop.abort() })
    expect(await read(['-'], { standardInput, signal: stop.signal })).toMatchObject({
      batches: [],
      error: undefined,
    })
  })

  it('ends between two batches when told to', async () => {
    const stop = new AbortController()
    const path = file('long', manyLogins(3000))
    let batches = 0
    for await (const batch of readLog({ paths: [path, path], groups: LOGIN, signal: stop.signal })) {
      batches += batch.lines > 0 ? 1 : 0
      stop.abort()
    }
    expect(batches).toBe(1)
  })
})

const REAL_LOGS = '../shared/data/cowrie-logs'

interface Expected {
  readonly file: string
  readonly bytes: number
  readonly lines: number
  readonly unparsable_lines: number
  readonly plugin_rule_login_events: number
  readonly plugin_rule_login_distinct: number
  readonly plugin_rule_session_events: number
  readonly plugin_rule_session_distinct: number
  readonly events_by_id: Readonly<Record<string, number>>
}

describe.skipIf(!existsSync(REAL_LOGS))('readLog of other people’s honeypots', () => {
  const list = join(REAL_LOGS, 'expected.json')
  const { files } = existsSync(list)
    ? (JSON.parse(readFileSync(list, 'utf8')) as { files: Expected[] })
    : { files: [] }

  it.each(files.map((expected) => [expected.file, expected] as const))(
    'finds what is in %s',
    async (name, expected) => {
      const groups = [
        ...new Set(Object.keys(expected.events_by_id).map((id) => id.slice(0, id.lastIndexOf('.')))),
      ]
      const found = await read([join(REAL_LOGS, name)], { groups })
      const events = found.batches.flatMap((batch) => batch.events)
      expect(found).toMatchObject({
        bytes: expected.bytes,
        lines: expected.lines,
        unparsableLines: expected.unparsable_lines,
      })
      expect(Object.fromEntries(tally(events.map((event) => event.eventid)))).toEqual(expected.events_by_id)
    },
  )

  it.each(files.map((expected) => [expected.file, expected] as const))(
    'finds the sources in %s',
    async (name, expected) => {
      const logins = await read([join(REAL_LOGS, name)], { groups: LOGIN })
      expect(logins.addresses).toHaveLength(expected.plugin_rule_login_events)
      expect(new Set(logins.addresses).size).toBe(expected.plugin_rule_login_distinct)
      const sessions = await read([join(REAL_LOGS, name)], { groups: ['cowrie.session'] })
      expect(sessions.addresses).toHaveLength(expected.plugin_rule_session_events)
      expect(new Set(sessions.addresses).size).toBe(expected.plugin_rule_session_distinct)
    },
  )
})

function tally(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}
