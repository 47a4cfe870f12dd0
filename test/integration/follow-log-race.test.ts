import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
  directory.logins(1)
  const first = new Follower(directory.log)
  await first.look()
  await first.stop()
  directory.rename('cowrie.json.1')
  directory.logins(2)
  beforeOpening(which, rotateNumbers)
  follower = new Follower(directory.log, { from: first.lastBatch.position! })
  expect([...(await follower.look()), ...(await follower.look())]).toEqual([addressOf(2), addressOf(3)])
})
