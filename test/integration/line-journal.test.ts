import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LineJournal } from '../../src/cowrie/index.ts'
import type { Logger } from '../../src/runtime/index.ts'
import { captureLog, type LogLine } from '../support/captured-logger.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { randomFrom } from '../support/random.ts'
import { fillDisk, mountSmallDisk } from '../support/small-disk.ts'
import { addressOf, Follower, login } from './follow-log-driver.ts'

let directory: string
let clock: ManualClock
let logger: Logger
let lines: LogLine[]
let closing: (() => unknown)[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-journal-'))
  clock = new ManualClock()
  ;({ logger, lines } = captureLog())
  closing = []
})

afterEach(async () => {
  for (const close of closing.toReversed()) await close()
  rmSync(directory, { recursive: true, force: true })
})

type Options = Partial<ConstructorParameters<typeof LineJournal>[0]>

async function openJournal(options: Options = {}): Promise<LineJournal> {
  const journal = new LineJournal({ directory, clock, logger, ...options })
  await journal.open()
  closing.push(() => journal.close())
  return journal
}

/** Appends a login of each number, one after the other, and waits until they are on disk. */
async function write(journal: LineJournal, ...numbers: readonly number[]): Promise<void> {
  for (const number of numbers) {
    journal.append(Buffer.from(`${login(number)}\n`))
    await journal.settled()
  }
}

function follow(): Follower {
  const follower = new Follower(join(directory, 'cowrie.json'))
  closing.push(() => follower.stop())
  return follower
}

const rotatedNames = () =>
  readdirSync(directory)
    .filter((name) => name !== 'cowrie.json')
    .toSorted()
const addresses = (...numbers: readonly number[]) => numbers.map(addressOf)
const SMALL = { maxFileBytes: 150 }

describe('LineJournal', () => {
  it('is followed through its rotations, also those of one second and of a clock set back', async () => {
    const journal = await openJournal(SMALL)
    const follower = follow()
    const seen = await follower.look()
    await write(journal, 1, 2, 3, 4, 5)
    seen.push(...(await follower.look()))
    clock.set(clock.nowMs() - 90_000_000)
    await write(journal, 6, 7, 8, 9, 10, 11)
    for (let look = 0; look < 5; look += 1) seen.push(...(await follower.look()))
    expect(seen).toEqual(addresses(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11))
    expect(rotatedNames()).toHaveLength(5)
  })

  it('removes the oldest files beyond its budget, loudly when nobody has read them', async () => {
    const journal = await openJournal({ ...SMALL, maxRotatedBytes: 400 })
    await write(journal, ...Array.from({ length: 9 }, (_, index) => index))
    const removed = lines.map(({ level, file }) => [level, file])
    expect(removed.length).toBeGreaterThan(0)
    expect(removed.every(([level]) => level === 50)).toBe(true)
    const kept = rotatedNames().map((name) => join(directory, name))
    expect(removed.map(([, file]) => String(file)).every((file) => file < kept[0]!)).toBe(true)
  })

  it('removes in silence what every reader has behind it', async () => {
    const reading: number[] = []
    const journal = await openJournal({ ...SMALL, maxRotatedBytes: 400, inodesBeingRead: () => reading })
    const follower = follow()
    await follower.look()
    for (let number = 0; number < 9; number += 1) {
      await write(journal, number)
      for (let look = 0; look < 2; look += 1) await follower.look()
      reading.splice(0, 1, follower.lastBatch.position!.inode)
    }
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.every(({ level }) => level === 30)).toBe(true)
  })

  it('does not join a line to what a killed process left of one', async () => {
    writeFileSync(join(directory, 'cowrie.json'), '{"eventid":"cow')
    const journal = await openJournal()
    await write(journal, 1)
    expect(await follow().look()).toEqual(addresses(1))
  })

  it('keeps NUL bytes and what is no UTF-8', async () => {
    const journal = await openJournal()
    const line = Buffer.from([0, 0xff, 0xc3, 0, 10])
    journal.append(line)
    await journal.settled()
    expect(readFileSync(journal.path)).toEqual(line)
  })
})

const seed = Number(process.env['HONEYJAM_TEST_SEED'] ?? Date.now() % 1_000_000)
const KILLS = 4
/** Each process has to start, and other programs may keep the disk busy. */
const LONGEST_MS = 120_000
const WRITER = `
  import { LineJournal } from ${JSON.stringify(new URL('../../src/cowrie/index.ts', import.meta.url).href)}
  import { silentLogger, systemClock } from ${JSON.stringify(new URL('../../src/runtime/index.ts', import.meta.url).href)}
  const [directory, first] = process.argv.slice(-2)
  const journal = new LineJournal({ directory, clock: systemClock, logger: silentLogger, maxFileBytes: 20_000 })
  await journal.open()
  for (let next = Number(first); ; ) {
    for (let count = 0; count < 50; count += 1, next += 1) journal.append(Buffer.from('{"n":' + next + ',"pad":"' + 'x'.repeat(next % 300) + '"}\\n'))
    await journal.settled()
    process.stdout.write(next + '\\n')
  }`

/** Lets a process write from `first` on and kills it; says up to which number it had said that all is on disk. */
async function writeUntilKilled(first: number, acknowledgements: number): Promise<number> {
  const writer: ChildProcess = spawn(
    process.execPath,
    ['--input-type=module', '--eval', WRITER, '--', directory, String(first)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  closing.push(() => writer.kill('SIGKILL'))
  const exited = once(writer, 'exit')
  let acknowledged = first
  let left = acknowledgements
  for await (const line of createInterface({ input: writer.stdout! })) {
    acknowledged = Number(line)
    left -= 1
    if (left === 0) writer.kill('SIGKILL')
  }
  await exited
  return acknowledged
}

describe(`a journal whose process is killed (seed ${seed})`, () => {
  it(
    'holds every line that was said to be on disk, and at most one part of a line a kill',
    async () => {
      const random = randomFrom(seed)
      let next = 0
      for (let kill = 0; kill < KILLS; kill += 1)
        next = await writeUntilKilled(next, 1 + Math.floor(random() * 10))
      const files = [...rotatedNames(), 'cowrie.json'].map((name) =>
        readFileSync(join(directory, name), 'utf8'),
      )
      const written = files.flatMap((text) => text.split('\n')).filter((line) => line !== '')
      const numbers = new Set(written.map(numberIn))
      const expected = Array.from({ length: next }, (_, index) => index)
      expect(expected.filter((number) => !numbers.has(number))).toEqual([])
      expect(written.filter((line) => numberIn(line) === undefined).length).toBeLessThanOrEqual(KILLS)
      expect(rotatedNames().length).toBeGreaterThan(0)
    },
    LONGEST_MS,
  )
})

/** None of a line that breaks off. */
function numberIn(line: string): number | undefined {
  const number = /^\{"n":(\d+),"pad":"x*"\}$/.exec(line)?.[1]
  return number === undefined ? undefined : Number(number)
}

describe.skipIf(process.getuid?.() !== 0)(
  'a journal on a full disk (as root only, since it mounts one)',
  () => {
    it('never waits, drops what does not fit into memory, tells how many, and goes on whole', async () => {
      const disk = mountSmallDisk(1, directory)
      closing.unshift(() => disk.unmount())
      const filler = join(directory, 'filler')
      const journal = await openJournal({ maxWaitingBytes: 10_000 })
      await write(journal, 1)
      fillDisk(filler)
      for (let number = 2; number < 500; number += 1) {
        journal.append(Buffer.from(`${login(number)}\n`))
        await journal.room()
      }
      await clock.untilSleeping()
      expect(journal.droppedLines).toBeGreaterThan(0)
      const kept = 498 - journal.droppedLines
      expect(kept).toBeGreaterThan(0)
      rmSync(filler)
      await clock.advance(1000)
      await journal.settled()
      await write(journal, 500)
      const seen = await follow().look()
      expect(seen).toEqual([
        ...addresses(...Array.from({ length: kept + 1 }, (_, index) => index + 1)),
        addressOf(500),
      ])
      expect(lines.map(({ level, droppedLines }) => [level, droppedLines])).toEqual([
        [50, undefined],
        [50, journal.droppedLines],
      ])
    })
  },
)
