import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { AgentState } from '../../src/agent/agent-state.ts'
import { LineJournal, type LogPosition } from '../../src/cowrie/index.ts'
import { lockDirectory, silentLogger } from '../../src/runtime/index.ts'
import { Follower } from '../integration/follow-log-driver.ts'
import { loginLine } from '../support/agent-options.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { attacker } from './attacker.ts'
import type { Remains } from './cut-power.ts'
import { testPowerCuts } from './test-power-cuts.ts'

type Mark =
  /** So many lines were said to be on disk. */
  | { readonly kind: 'settled'; readonly lines: number }
  | { readonly kind: 'taken'; readonly key: string; readonly addresses: readonly string[] }

/** What comes before anybody reads again: more than was lost, so that a place noted behind it is passed. */
const NEW_LINES = Array.from({ length: 30 }, (_, index) => attacker(60_000 + index))

testPowerCuts('an agent loses no line that was on disk, and reports none twice,', {
  driver: 'agent',
  randomCuts: 200,
  check,
})

async function check({ root, marks: texts }: Remains): Promise<void> {
  const marks = texts.map((text) => JSON.parse(text) as Mark)
  const settled = marks.findLast((mark) => mark.kind === 'settled')?.lines ?? 0
  const takenByKey = new Map(
    marks.flatMap((mark) => (mark.kind === 'taken' ? [[mark.key, mark.addresses] as const] : [])),
  )
  const state = readState(join(root, 'state'))
  const read = await readOn(join(root, 'state', 'stdin'), state.position)
  // a batch of a known key changes nothing at a service that has it
  const repeated = state.batches.filter(({ key }) => takenByKey.has(key))
  for (const { key, addresses } of repeated) expect(addresses).toEqual(takenByKey.get(key))
  const unsent = state.batches.filter(({ key }) => !takenByKey.has(key))

  const all = [
    ...[...takenByKey.values()].flat(),
    ...unsent.flatMap(({ addresses }) => addresses),
    ...state.pending,
    ...read,
  ]
  const seen = new Set(all)
  const expected = [...Array.from({ length: settled }, (_, number) => attacker(number)), ...NEW_LINES]
  expect(expected.filter((address) => !seen.has(address))).toEqual([])
  expect(all.filter((address, index) => all.indexOf(address) !== index)).toEqual([])
}

function readState(directory: string) {
  const path = join(directory, 'agent.db')
  if (!existsSync(path)) return { position: undefined, pending: [], batches: [] }
  const state = new AgentState(path)
  try {
    return state.read((database) => ({
      position: database
        .prepare<[], string>('SELECT position FROM positions')
        .pluck()
        .all()
        .map((text) => JSON.parse(text) as LogPosition)[0],
      pending: database.prepare<[], string>('SELECT address FROM pending').pluck().all(),
      batches: database
        .prepare<[], { key: string; entries: string }>('SELECT idempotency_key AS key, entries FROM batches')
        .all()
        .map(({ key, entries }) => ({
          key,
          addresses: (JSON.parse(entries) as [string][]).map(([address]) => address),
        })),
    }))
  } finally {
    state.close()
  }
}

/** Opens the journal again, takes new lines, and reads on from where the agent stood. */
async function readOn(directory: string, from: LogPosition | undefined): Promise<string[]> {
  const lock = await lockDirectory(directory)
  const journal = new LineJournal({ directory, clock: new ManualClock(), logger: silentLogger })
  await journal.open()
  for (const address of NEW_LINES) journal.append(Buffer.from(loginLine(address)))
  await journal.close()
  const follower = new Follower(journal.path, from === undefined ? {} : { from })
  try {
    const addresses: string[] = []
    for (let found = -1; found < addresses.length; ) {
      found = addresses.length
      addresses.push(...(await follower.look()), ...(await follower.look()))
    }
    return addresses
  } finally {
    await follower.stop()
    await lock.close()
  }
}
