import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../src/runtime/index.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import { randomFrom } from '../support/random.ts'
import { SHARED_ADDRESSES, TallyDenylist } from '../support/tally-denylist.ts'

const WRITER = fileURLToPath(new URL('../support/tally-writer.ts', import.meta.url))
const ROUNDS = 12
const RECORDS_PER_ROUND = 1_000_000
/** Kept low so that some rounds die while the writer is still replaying what the one before left. */
const MAX_ACKNOWLEDGED = 1000

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-kill-'))
})

afterEach(() => rmSync(directory, { recursive: true }))

describe('a service that is killed', () => {
  it('has lost nothing it acknowledged and counts nothing twice, round after round', {
    timeout: 120_000,
  }, async () => {
    const seed = Number(process.env['HONEYJAM_KILL_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    process.stdout.write(`kill test: HONEYJAM_KILL_SEED=${seed}\n`)
    const random = randomFrom(seed)
    const acknowledged = new Set<number>()
    const seen = { covered: 0, replayed: 0 }
    for (let round = 0; round < ROUNDS; round++) {
      const killAfter = Math.floor(random() ** 2 * MAX_ACKNOWLEDGED)
      for (const number of await writeUntilKilled(round * RECORDS_PER_ROUND, killAfter))
        acknowledged.add(number)
      const { coveredPosition, replayed } = await checkStore(acknowledged)
      seen.covered = coveredPosition
      seen.replayed += replayed
    }
    // otherwise the rounds have shown nothing
    expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    expect(seen.covered).toBeGreaterThan(0)
    expect(seen.replayed).toBeGreaterThan(0)
  })
})

/** @returns the numbers of the records that were acknowledged before the kill */
async function writeUntilKilled(firstNumber: number, killAfter: number): Promise<number[]> {
  const writer = spawn(process.execPath, [WRITER, directory, String(firstNumber)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(writer, 'exit')
  const acknowledged: number[] = []
  for await (const line of createInterface({ input: writer.stdout })) {
    if (line !== 'open') acknowledged.push(Number(line))
    if (acknowledged.length >= killAfter) writer.kill('SIGKILL')
  }
  const [, signal] = (await exit) as [number | null, NodeJS.Signals | null]
  expect(signal).toBe('SIGKILL')
  return acknowledged
}

/** @returns how far the tables went, and how many records were left in the journal */
async function checkStore(
  acknowledged: ReadonlySet<number>,
): Promise<{ coveredPosition: number; replayed: number }> {
  const store = await openSqliteStore(directory, { logger: silentLogger })
  try {
    const list = await TallyDenylist.open(store)
    const { coveredPosition } = list
    const journal = await store.queue.read(coveredPosition, RECORDS_PER_ROUND)
    const journalNumbers = journal.map(({ body }) => Buffer.from(body).readUInt32BE())
    expect(new Set(journalNumbers).size, 'records that stand twice in the journal').toBe(
      journalNumbers.length,
    )

    const present = list.recordNumbers
    expect(
      [...acknowledged].filter((number) => !present.has(number)),
      'acknowledged and missing',
    ).toEqual([])

    const expectedTotals = Array.from({ length: SHARED_ADDRESSES }, () => 0)
    for (const number of present) expectedTotals[number % SHARED_ADDRESSES]!++
    expect(
      expectedTotals.map((_, address) => list.totalOf(address)),
      'counts',
    ).toEqual(expectedTotals)

    const newest = journal.at(-1)?.position ?? coveredPosition
    const beyond = list.rows.filter(({ appliedPosition }) => appliedPosition > newest)
    expect(beyond, 'rows newer than the journal and the covered position').toEqual([])
    return { coveredPosition, replayed: journal.length }
  } finally {
    await store.close()
  }
}
