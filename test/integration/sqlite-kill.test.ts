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
import { checkTally } from '../support/check-tally.ts'
import { randomFrom } from '../support/random.ts'

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
      const store = await openSqliteStore(directory, { logger: silentLogger })
      try {
        const { coveredPosition, replayed } = await checkTally(store, acknowledged)
        seen.covered = coveredPosition
        seen.replayed += replayed
      } finally {
        await store.close()
      }
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
