import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { captureLog, type LogLine } from '../../test/support/captured-logger.ts'
import { batchEndingAt } from '../../test/support/log-batch.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { AgentStatusBoard } from './status-board.ts'
import { readStatusRecord } from './status-record.ts'
import { StatusWriter } from './status-writer.ts'

const TARGET = 'http://127.0.0.1:1/v1/ip'
const NOTHING = { waitingAddresses: 0, totals: { requests: 0, batches: 0, addresses: 0 } }

let directory: string
let clock: ManualClock
let writer: StatusWriter
let lines: LogLine[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-status-'))
  clock = new ManualClock()
  const captured = captureLog()
  lines = captured.lines
  const board = new AgentStatusBoard({ clock })
  writer = new StatusWriter({ directory, board, clock, logger: captured.logger })
  writer.onLogs(TARGET, ['/log'])
})

afterEach(() => {
  writer.onEnd()
  rmSync(directory, { recursive: true })
})

const written = () => readStatusRecord(directory)
const readOneLine = () => writer.onRead(TARGET, '/log', { ...batchEndingAt(1, []), lines: 1 })
const linesWritten = async () => (await written())?.targets[0]?.logs[0]?.lines

describe('a status writer', () => {
  it('writes nothing before the agent has its directory', async () => {
    await clock.advance(120_000)
    writer.onEnd()
    expect(readdirSync(directory)).toEqual([])
  })

  it('writes at the first word, for the owner alone and without a left-over', async () => {
    writer.onProgress(TARGET, { ...NOTHING, waitingAddresses: 7 })
    expect(await written()).toMatchObject({
      state: 'running',
      pid: process.pid,
      written_at_ms: clock.nowMs(),
      targets: [{ target: TARGET, waiting_addresses: 7, logs: [{ path: '/log', lag_bytes: null }] }],
    })
    expect(readdirSync(directory)).toEqual(['status.json'])
    expect(statSync(join(directory, 'status.json')).mode & 0o777).toBe(0o600)
  })

  it('writes what is new every five seconds and no sooner', async () => {
    writer.onProgress(TARGET, NOTHING)
    for (let line = 0; line < 100; line += 1) readOneLine()
    await clock.advance(4999)
    expect(await linesWritten()).toBe(0)
    await clock.advance(1)
    expect(await linesWritten()).toBe(100)
  })

  it('writes once a minute when nothing is new', async () => {
    writer.onProgress(TARGET, NOTHING)
    const startedAtMs = clock.nowMs()
    await clock.advance(59_999)
    expect((await written())?.written_at_ms).toBe(startedAtMs)
    await clock.advance(1)
    expect((await written())?.written_at_ms).toBe(startedAtMs + 60_000)
  })

  it('ends with the last state of things', async () => {
    writer.onProgress(TARGET, NOTHING)
    readOneLine()
    writer.onEnd()
    expect((await written())?.state).toBe('stopped')
    expect(await linesWritten()).toBe(1)
    const endedAtMs = clock.nowMs()
    await clock.advance(120_000)
    expect((await written())?.written_at_ms).toBe(endedAtMs)
  })

  it('tells once of a disk that does not take it, and writes again when it does', async () => {
    // nobody can write a file where a directory is, whoever he is
    mkdirSync(join(directory, 'status.json.new'))
    writer.onProgress(TARGET, NOTHING)
    await clock.advance(300_000)
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the status cannot be written, will go on without: is the disk full?',
    ])
    expect(await written()).toBeUndefined()
    rmSync(join(directory, 'status.json.new'), { recursive: true })
    await clock.advance(60_000)
    expect((await written())?.state).toBe('running')
  })
})

describe('the status on disk', () => {
  it('is read as it was written', async () => {
    writer.onProgress(TARGET, NOTHING)
    const text = readFileSync(join(directory, 'status.json'), 'utf8')
    expect(await written()).toEqual(JSON.parse(text))
  })

  it('counts as absent when it is', async () => {
    expect(await written()).toBeUndefined()
    expect(await readStatusRecord(join(directory, 'absent'))).toBeUndefined()
  })
})
