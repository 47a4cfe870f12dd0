import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FollowLogOptions, followLog, type LogPosition } from '../../src/cowrie/index.ts'
import { silentLogger, systemClock } from '../../src/runtime/index.ts'
import { captureLog } from '../support/captured-logger.ts'
import { addressOf, Follower, LogDirectory, login } from './follow-log-driver.ts'

let directory: LogDirectory
let followers: Follower[]

beforeEach(() => {
  directory = new LogDirectory()
  followers = []
})

afterEach(async () => {
  await Promise.all(followers.map((follower) => follower.stop()))
  directory.close()
})

function follow(options: Partial<FollowLogOptions> = {}): Follower {
  const follower = new Follower(directory.log, options)
  followers.push(follower)
  return follower
}

/** Follows up to the end and stops; returns the last position, as it comes back from a state file. */
async function positionAfterReading(): Promise<LogPosition> {
  const follower = follow()
  await follower.look()
  await follower.stop()
  return JSON.parse(JSON.stringify(follower.lastBatch.position)) as LogPosition
}

function addresses(...numbers: readonly number[]): string[] {
  return numbers.map(addressOf)
}

describe('following a log', () => {
  it.each([
    ['that holds lines already', [1]],
    ['that is still empty', []],
  ])(
    'gives its place before the first line of a log %s, so that a rotation after that loses nothing',
    async (_, numbers) => {
      directory.write('')
      directory.logins(...numbers)
      const follower = follow()
      await follower.look()
      const [first] = follower.batches
      expect(first).toMatchObject({ events: [], lines: 0, position: { offset: 0 } })
      await follower.stop()
      directory.logins(2)
      directory.rename('cowrie.json.2026-11-24')
      directory.logins(3)
      expect(await follow({ from: first!.position! }).look()).toEqual(addresses(...numbers, 2, 3))
    },
  )

  it('gives what is there and then what is added', async () => {
    directory.logins(1, 2)
    const follower = follow()
    expect(await follower.look()).toEqual(addresses(1, 2))
    expect(await follower.look()).toEqual([])
    directory.logins(3)
    expect(await follower.look()).toEqual(addresses(3))
    expect(follower.lastBatch).toMatchObject({ lines: 1, eventLines: 1, unparsableLines: 0, lagBytes: 0 })
  })

  it('is not behind once it has read the file that came after a rotation', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.rename('cowrie.json.2026-11-24')
    directory.logins(2)
    expect(await follower.look()).toEqual(addresses(2))
    expect(follower.lastBatch.lagBytes).toBe(0)
    directory.logins(3)
    await follower.look()
    expect(follower.lastBatch.lagBytes).toBe(0)
  })

  it('holds a line back until its line feed has come', async () => {
    directory.write(login(1).slice(0, 20))
    const follower = follow()
    expect(await follower.look()).toEqual([])
    directory.write(login(1).slice(20))
    expect(await follower.look()).toEqual([])
    directory.write('\n')
    expect(await follower.look()).toEqual(addresses(1))
  })

  it('leaves out what was there when told to start at the end, also the next time', async () => {
    directory.logins(1)
    directory.write(login(2).slice(0, 9))
    const follower = follow({ startAt: 'end' })
    expect(await follower.look()).toEqual([])
    const { position } = follower.lastBatch
    await follower.stop()
    directory.write(`${login(2).slice(9)}\n`)
    expect(await follow({ from: position! }).look()).toEqual(addresses(2))
  })

  it('loses nothing of a log that was empty when it began at its end', async () => {
    directory.write('')
    const follower = follow({ startAt: 'end' })
    await follower.look()
    const { position } = follower.lastBatch
    await follower.stop()
    directory.logins(1)
    directory.rename('cowrie.json.2026-11-24')
    directory.gzip('cowrie.json.2026-11-24')
    directory.logins(2)
    expect(await follow({ from: position! }).look()).toEqual(addresses(1, 2))
  })

  it('does not read older files that were rotated before it began', async () => {
    directory.logins(1)
    directory.rename('cowrie.json.2026-11-23')
    directory.logins(2)
    expect(await follow().look()).toEqual(addresses(2))
  })

  it.each(['end', 'beginning'] as const)(
    'reads a log that appears later from its beginning (%s)',
    async (startAt) => {
      const { logger, lines } = captureLog()
      const follower = follow({ startAt, logger })
      await follower.look()
      await follower.look()
      expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
        [40, 'there is no log yet, waiting for it to appear'],
      ])
      directory.logins(1)
      expect(await follower.look()).toEqual(addresses(1))
    },
  )

  it('waits for a directory that appears later', async () => {
    const late = join(directory.path, 'var', 'log')
    const follower = new Follower(join(late, 'cowrie.json'))
    followers.push(follower)
    expect(await follower.look()).toEqual([])
    mkdirSync(late, { recursive: true })
    writeFileSync(join(late, 'cowrie.json'), `${login(1)}\n`)
    expect(await follower.look()).toEqual(addresses(1))
  })

  it.skipIf(!existsSync('/proc/self/fd'))(
    'ends at once when it is told to, and closes its file',
    async () => {
      directory.logins(1)
      const follower = follow()
      await follower.look()
      expect(openFilesIn(directory.path)).toBe(1)
      await follower.stop()
      expect(openFilesIn(directory.path)).toBe(0)
    },
  )

  it('tells once of a log that cannot be read, and goes on when it can', async () => {
    const { logger, lines } = captureLog()
    symlinkSync(directory.log, directory.log)
    const follower = follow({ logger })
    await follower.look()
    await follower.look()
    expect(lines).toMatchObject([{ level: 40, reason: 'ELOOP', log: directory.log }])
    directory.remove()
    directory.logins(1)
    expect(await follower.look()).toEqual(addresses(1))
    expect(lines.at(-1)).toMatchObject({ level: 30, msg: 'the log can be read' })
  })

  it('counts what is in the log and not read yet', async () => {
    const line = `${login(1)}\n`
    directory.write(line.repeat(30_000))
    const follower = follow()
    await follower.look()
    const [first] = follower.batches
    expect(first!.bytes + first!.lagBytes).toBe(line.length * 30_000)
  })
})

describe('following a log that is rotated', () => {
  it.each(['cowrie.json.2026-11-24', 'cowrie.json.2026_11_4', 'cowrie.json.1', 'cowrie.json-20261124'])(
    'reads %s to its end and goes on with the new one',
    async (name) => {
      directory.logins(1)
      const follower = follow()
      await follower.look()
      directory.logins(2)
      directory.rename(name)
      directory.logins(3)
      expect(await follower.look()).toEqual(addresses(2, 3))
    },
  )

  it('waits at the end of the old one while there is no new one', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.rename('cowrie.json.2026-11-24')
    expect(await follower.look()).toEqual([])
    directory.logins(2)
    expect(await follower.look()).toEqual(addresses(2))
  })

  it('reads on in the old one as long as its writer has not turned to the new one', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.rename('cowrie.json.1')
    directory.write('')
    directory.write(`${login(2)}\n`, 'cowrie.json.1')
    expect(await follower.look()).toEqual(addresses(2))
    directory.write(`${login(3)}\n`, 'cowrie.json.1')
    directory.logins(4)
    expect(await follower.look()).toEqual(addresses(3, 4))
  })

  it('reads all files of several rotations that came between two looks', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    rotateThrice()
    expect(await follower.look()).toEqual(addresses(2, 3, 4, 5))
  })

  it('reads all files of several rotations that came while nobody followed', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    rotateThrice()
    expect(await follow({ from }).look()).toEqual(addresses(2, 3, 4, 5))
  })

  function rotateThrice(): void {
    directory.logins(2)
    directory.rename('cowrie.json.2026_6_9')
    directory.logins(3)
    directory.rename('cowrie.json.2026_6_10')
    directory.logins(4)
    directory.rename('cowrie.json.2026_6_11')
    directory.logins(5)
  }

  it('follows files whose numbers grow with each rotation', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    directory.rename('cowrie.json.1')
    directory.logins(2)
    directory.rename('cowrie.json.2', 'cowrie.json.1')
    directory.rename('cowrie.json.1')
    directory.logins(3)
    expect(await follow({ from }).look()).toEqual(addresses(2, 3))
  })

  it('finds what it was reading in a file that was packed meanwhile', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-22')
    directory.logins(3)
    directory.rename('cowrie.json.2026-11-23')
    directory.logins(4)
    directory.gzip('cowrie.json.2026-11-22')
    directory.gzip('cowrie.json.2026-11-23')
    const follower = follow({ from })
    expect(await follower.look()).toEqual(addresses(2, 3, 4))
  })

  it('goes on from a position in a packed file', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-22')
    directory.gzip('cowrie.json.2026-11-22')
    directory.logins(3)
    const follower = follow({ from })
    await follower.look()
    const inPackedFile = follower.batches.find((batch) => batch.position?.path.endsWith('.gz'))!.position!
    directory.logins(4)
    expect(await follow({ from: inPackedFile }).look()).toEqual(addresses(3, 4))
  })

  it.each(['kept', 'new'] as const)(
    'reads nothing twice when the file it holds is packed (time %s)',
    async (time) => {
      directory.logins(1)
      const follower = follow()
      await follower.look()
      directory.rename('cowrie.json.2026-11-23')
      directory.gzip('cowrie.json.2026-11-23', time)
      directory.logins(2)
      directory.rename('cowrie.json.2026-11-24')
      directory.gzip('cowrie.json.2026-11-24', time)
      directory.logins(3)
      expect(await follower.look()).toEqual(addresses(2, 3))
    },
  )

  it('leaves a packed file alone that is still being written beside the plain one', async () => {
    const { logger, lines } = captureLog()
    directory.logins(1)
    const from = await positionAfterReading()
    directory.rename('cowrie.json.2026-11-23')
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-24')
    directory.write(Buffer.from([0x1f, 0x8b, 8, 0]), 'cowrie.json.2026-11-24.gz')
    directory.logins(3)
    expect(await follow({ from, logger }).look()).toEqual(addresses(2, 3))
    expect(lines).toEqual([])
  })

  it('takes what is readable of a packed file that is damaged, tells, and goes on', async () => {
    const { logger, lines } = captureLog()
    directory.logins(1)
    const from = await positionAfterReading()
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-23')
    directory.gzip('cowrie.json.2026-11-23')
    const packed = join(directory.path, 'cowrie.json.2026-11-23.gz')
    execFileSync('truncate', ['-s', '-8', packed])
    directory.logins(3)
    expect(await follow({ from, logger }).look()).toEqual(addresses(2, 3))
    expect(lines.filter(({ level }) => level === 50)).toMatchObject([{ file: packed }])
  })

  it.each([1, 20, 60])('joins a line that rotation split after %i bytes', async (cut) => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.write(login(2).slice(0, cut))
    await follower.look()
    directory.rename('cowrie.json.2026_11_24')
    directory.write(login(2).slice(cut, cut + 9))
    await follower.look()
    directory.write(`${login(2).slice(cut + 9)}\n`)
    directory.logins(3)
    expect(await follower.look()).toEqual(addresses(2, 3))
    expect(await follow({ from: follower.batches[1]!.position! }).look()).toEqual(addresses(2, 3))
  })

  it('joins a split line also when it goes on from before it, and repeats nothing behind it', async () => {
    directory.logins(1)
    directory.write(login(2).slice(0, 30))
    const from = await positionAfterReading()
    directory.rename('cowrie.json.2026_11_24')
    directory.write(`${login(2).slice(30)}\n`)
    directory.logins(3)
    const follower = follow({ from })
    expect(await follower.look()).toEqual(addresses(2, 3))
    directory.logins(4)
    expect(await follow({ from: follower.lastBatch.position! }).look()).toEqual(addresses(4))
  })

  it('loses no line behind one that was cut off for good', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.write(login(2).slice(0, 30))
    directory.rename('cowrie.json.2026_11_24')
    directory.logins(3)
    expect(await follower.look()).toEqual(addresses(3))
    expect(follower.lastBatch).toMatchObject({ lines: 2, unparsableLines: 1 })
  })

  it('does not take a copy that somebody left for a rotated file', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    cpSync(directory.log, join(directory.path, 'cowrie.json.bak'))
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-24')
    directory.logins(3)
    expect(await follow({ from }).look()).toEqual(addresses(2, 3))
  })
})

describe('following a log that is cut or replaced', () => {
  it('reads a truncated log from its start', async () => {
    directory.logins(1, 2)
    const follower = follow()
    await follower.look()
    directory.truncate()
    directory.logins(3)
    expect(await follower.look()).toEqual(addresses(3))
  })

  it('notices a truncation also when the log has grown past its old size since', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.truncate()
    directory.logins(2, 3, 4)
    expect(await follower.look()).toEqual(addresses(2, 3, 4))
  })

  it('reads the rest of a log that was copied and cut', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.logins(2)
    directory.copyAndTruncate('cowrie.json.1')
    directory.logins(3, 4, 5)
    expect(await follower.look()).toEqual(addresses(2, 3, 4, 5))
  })

  it('reads the rest of a log that was copied and cut while nobody followed', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    directory.logins(2)
    directory.copyAndTruncate('cowrie.json-20261124')
    directory.gzip('cowrie.json-20261124')
    directory.logins(3)
    expect(await follow({ from }).look()).toEqual(addresses(2, 3))
  })

  it('reads what a writer adds behind the hole that a truncation left before it', async () => {
    directory.logins(1, 2, 3)
    const follower = follow()
    await follower.look()
    directory.truncate()
    directory.write(Buffer.concat([Buffer.alloc(3 * (login(1).length + 1)), Buffer.from(`${login(4)}\n`)]))
    expect(await follower.look()).toEqual(addresses(4))
  })

  it('reads a log anew of which the end was cut off while nobody followed', async () => {
    directory.logins(...Array.from({ length: 20 }, (_, index) => index))
    const from = await positionAfterReading()
    directory.truncate(19 * (login(10).length + 1))
    expect(await follow({ from }).look()).toContain(addressOf(1))
  })

  it('reads another log in a file with the same inode from its start', async () => {
    directory.logins(1, 2)
    const from = await positionAfterReading()
    directory.truncate()
    directory.logins(3, 4, 5)
    expect(await follow({ from }).look()).toEqual(addresses(3, 4, 5))
  })

  it('reads a log that was deleted and made anew', async () => {
    directory.logins(1)
    const follower = follow()
    await follower.look()
    directory.logins(2)
    directory.remove()
    expect(await follower.look()).toEqual(addresses(2))
    directory.logins(3)
    expect(await follower.look()).toEqual(addresses(3))
  })

  it('goes on where it was in a log that was moved to another place', async () => {
    directory.logins(1)
    const from = await positionAfterReading()
    directory.logins(2)
    const elsewhere = join(directory.path, 'elsewhere')
    mkdirSync(elsewhere)
    cpSync(directory.log, join(elsewhere, 'cowrie.json'))
    const follower = new Follower(join(elsewhere, 'cowrie.json'), { from })
    followers.push(follower)
    expect(await follower.look()).toEqual(addresses(2))
  })

  it('finds rotated files beside the log that a link leads to', async () => {
    const real = join(directory.path, 'real')
    mkdirSync(real)
    writeFileSync(join(real, 'cowrie.json'), `${login(1)}\n`)
    symlinkSync(join(real, 'cowrie.json'), directory.log)
    const from = await positionAfterReading()
    appendFileSync(join(real, 'cowrie.json'), `${login(2)}\n`)
    directory.rename('real/cowrie.json.2026-11-24', 'real/cowrie.json')
    writeFileSync(join(real, 'cowrie.json'), `${login(3)}\n`)
    expect(await follow({ from }).look()).toEqual(addresses(2, 3))
  })

  it('tells that lines may be lost when its file is gone, and reads all that was written later', async () => {
    const { logger, lines } = captureLog()
    directory.logins(9)
    directory.rename('cowrie.json.2026-11-20')
    directory.logins(1)
    const from = await positionAfterReading()
    directory.rename('cowrie.json.2026-11-21')
    directory.logins(2)
    directory.rename('cowrie.json.2026-11-22')
    directory.logins(3)
    directory.remove('cowrie.json.2026-11-21')
    expect(await follow({ from, logger }).look()).toEqual(addresses(2, 3))
    expect(lines).toMatchObject([{ level: 40, offset: from.offset }])
  })
})

describe('following a log with the help of the file system', () => {
  it('is woken by what is written, long before the interval is over', async () => {
    directory.logins(1)
    const stop = new AbortController()
    const batches = followLog({
      path: directory.log,
      groups: ['cowrie.login'],
      pollIntervalMs: 600_000,
      clock: systemClock,
      logger: silentLogger,
      signal: stop.signal,
    })
    await batches.next()
    expect((await batches.next()).value?.events).toMatchObject([{ src_ip: addressOf(1) }])
    const next = batches.next()
    directory.logins(2)
    expect((await next).value?.events).toMatchObject([{ src_ip: addressOf(2) }])
    const last = batches.next()
    stop.abort()
    expect((await last).done).toBe(true)
  })
})

/** How many files this process holds open in a directory, where the system tells. */
function openFilesIn(path: string): number {
  const list = '/proc/self/fd'
  const links = readdirSync(list).map((number) => readLinkIfPresent(join(list, number)))
  return links.filter((link) => link?.startsWith(path)).length
}

function readLinkIfPresent(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    // closed meanwhile, as the one that listed them
    return undefined
  }
}
