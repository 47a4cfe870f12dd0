import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LogPosition } from '../../src/cowrie/index.ts'
import { captureLog } from '../support/captured-logger.ts'
import { addressOf, Follower, LogDirectory, login } from './follow-log-driver.ts'

const { open, readdir } = promises

let directory: LogDirectory
let follower: Follower

beforeEach(() => {
  directory = new LogDirectory()
})

afterEach(async () => {
  replace({ open, readdir })
  await follower.stop()
  directory.close()
})

/** Lets something happen just before a file is opened for the n-th time from now on. */
function beforeOpening(which: number, happen: () => void): void {
  const isDue = countdown(which)
  const opening = async (...parameters: Parameters<typeof open>) => {
    if (isDue()) happen()
    return await open(...parameters)
  }
  replace({ open: opening, readdir })
}

/** Lets something happen just after a directory was listed for the n-th time from now on. */
function afterListing(which: number, happen: () => void): void {
  const isDue = countdown(which)
  const listing = async (...parameters: Parameters<typeof readdir>) => {
    const names = await readdir(...parameters)
    if (isDue()) happen()
    return names
  }
  replace({ open, readdir: listing as typeof readdir })
}

function countdown(from: number): () => boolean {
  let left = from
  return () => {
    left -= 1
    return left === 0
  }
}

function replace(functions: Pick<typeof promises, 'open' | 'readdir'>): void {
  Object.assign(promises, functions)
  syncBuiltinESMExports()
}

function rotateNumbers(): void {
  directory.rename('cowrie.json.2', 'cowrie.json.1')
  directory.rename('cowrie.json.1')
  directory.logins(3)
}

it('takes what the writer added to the old file between the last look and its turn to the new one', async () => {
  directory.logins(1)
  follower = new Follower(directory.log)
  await follower.look()
  directory.rename('cowrie.json.1')
  directory.logins(3)
  afterListing(1, () => directory.write(`${login(2)}\n`, 'cowrie.json.1'))
  expect(await follower.look()).toEqual([addressOf(2), addressOf(3)])
})

it.each([1, 2])('skips no file when the numbers of files grow during listing %i', async (which) => {
  directory.logins(1)
  follower = new Follower(directory.log)
  await follower.look()
  directory.rename('cowrie.json.1')
  directory.logins(2)
  afterListing(which, rotateNumbers)
  expect([...(await follower.look()), ...(await follower.look())]).toEqual([addressOf(2), addressOf(3)])
})

it('skips no file when the numbers of files grow before the next one is opened', async () => {
  directory.logins(1)
  follower = new Follower(directory.log)
  await follower.look()
  directory.rename('cowrie.json.1')
  directory.logins(2)
  beforeOpening(1, rotateNumbers)
  expect([...(await follower.look()), ...(await follower.look())]).toEqual([addressOf(2), addressOf(3)])
})

it.each([1, 2])('finds its position when files are renamed before candidate %i is opened', async (which) => {
  const { logger, lines } = captureLog()
  const from = await positionBehindFirstLine()
  directory.rename('cowrie.json.1')
  directory.logins(2)
  beforeOpening(which, rotateNumbers)
  follower = new Follower(directory.log, { from, logger })
  expect([...(await follower.look()), ...(await follower.look())]).toEqual([addressOf(2), addressOf(3)])
  expect(lines).toEqual([])
})

it('waits for its file as long as it may not be read, and tells once', async () => {
  const { logger, lines } = captureLog()
  const from = await positionBehindFirstLine()
  directory.logins(2)
  directory.rename('cowrie.json.1')
  directory.logins(3)
  forbidReading('cowrie.json.1')
  follower = new Follower(directory.log, { from, logger })
  expect([...(await follower.look()), ...(await follower.look())]).toEqual([])
  expect(lines).toMatchObject([{ level: 40, reason: 'EACCES' }])
  allowReading()
  expect(await follower.look()).toEqual([addressOf(2), addressOf(3)])
})

it('does not wait for an old file that may not be read and holds nothing new', async () => {
  directory.logins(9)
  directory.rename('cowrie.json.2026-11-20')
  const from = await positionBehindFirstLine()
  directory.logins(2)
  directory.rename('cowrie.json.2026-11-21')
  directory.gzip('cowrie.json.2026-11-21')
  directory.logins(3)
  forbidReading('cowrie.json.2026-11-20')
  follower = new Follower(directory.log, { from })
  expect(await follower.look()).toEqual([addressOf(2), addressOf(3)])
})

it('reads on in the old file while the new one may not be read', async () => {
  const { logger, lines } = captureLog()
  directory.logins(1)
  follower = new Follower(directory.log, { logger })
  await follower.look()
  directory.rename('cowrie.json.1')
  directory.logins(4)
  forbidReading('cowrie.json')
  directory.write(`${login(2)}\n`, 'cowrie.json.1')
  expect(await follower.look()).toEqual([addressOf(2)])
  directory.write(`${login(3)}\n`, 'cowrie.json.1')
  expect(await follower.look()).toEqual([addressOf(3)])
  allowReading()
  expect(await follower.look()).toEqual([addressOf(4)])
  expect(lines.map(({ level }) => level)).toEqual([40, 30])
})

it.each([2, 3, 4, 5])('loses and repeats nothing when the disk fails at reading %i', async (which) => {
  directory.logins(1)
  failAtReading(which)
  follower = new Follower(directory.log)
  const seen = await follower.look()
  directory.logins(2, 3)
  for (let look = 0; look < 3; look += 1) seen.push(...(await follower.look()))
  expect(seen).toEqual([addressOf(1), addressOf(2), addressOf(3)])
})

async function positionBehindFirstLine(): Promise<LogPosition> {
  directory.logins(1)
  const first = new Follower(directory.log)
  await first.look()
  await first.stop()
  return first.lastBatch.position!
}

/** As the mode of a file would, if tests never ran as root. */
function forbidReading(name: string): void {
  const opening = async (...parameters: Parameters<typeof open>) => {
    if (parameters[0] === join(directory.path, name)) throw systemError('EACCES')
    return await open(...parameters)
  }
  replace({ open: opening, readdir })
}

function allowReading(): void {
  replace({ open, readdir })
}

/** Lets the n-th reading from a file fail after it has taken place. */
function failAtReading(which: number): void {
  const isDue = countdown(which)
  const opening = async (...parameters: Parameters<typeof open>) => {
    const handle = await open(...parameters)
    const read = handle.read.bind(handle) as (...options: unknown[]) => Promise<unknown>
    const failing = async (...options: unknown[]) => {
      const result = await read(...options)
      if (isDue()) throw systemError('EIO')
      return result
    }
    return Object.assign(handle, { read: failing })
  }
  replace({ open: opening, readdir })
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, errno: -1, syscall: 'read' })
}

it('reads a log again that lost its end in a power cut and has grown past the old place since', async () => {
  const { logger, lines } = captureLog()
  const numbers = Array.from({ length: 20 }, (_, index) => index + 1)
  directory.logins(...numbers)
  follower = new Follower(directory.log)
  await follower.look()
  await follower.stop()
  const from = follower.lastBatch.position!
  directory.truncate(from.offset - 100)
  directory.write('\n')
  directory.logins(301, 302, 303, 304)
  follower = new Follower(directory.log, { from, logger })
  const seen = await follower.look()
  expect(seen).toEqual(expect.arrayContaining([301, 302, 303, 304].map(addressOf)))
  expect(lines).toMatchObject([{ level: 40, offset: from.offset }])
})

it('goes on behind NULs that a power cut left of the end of a log', async () => {
  directory.logins(...Array.from({ length: 20 }, (_, index) => index + 1))
  follower = new Follower(directory.log)
  await follower.look()
  await follower.stop()
  const from = follower.lastBatch.position!
  directory.truncate(from.offset - 100)
  directory.truncate(from.offset)
  directory.logins(301, 302)
  follower = new Follower(directory.log, { from })
  expect(await follower.look()).toEqual([301, 302].map(addressOf))
})
