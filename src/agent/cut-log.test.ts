import { readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { Follower, LogDirectory } from '../../test/integration/follow-log-driver.ts'
import { findRealLogs } from '../../test/support/real-logs.ts'
import { type CowrieEvent, isInGroup, type LogPosition, parseEvent } from '../cowrie/index.ts'
import { type Judgement, sightingOf, trackedGroups } from './sighting.ts'

const RULES = { trackLogin: true, trackSession: true, acceptsPrivate: false, excluded: [] }
const GROUPS = trackedGroups(RULES)
const NOW_MS = Date.UTC(2026, 10, 24)
const SLICE_BYTES = 24_000

const OWN_LOGS = [
  'demo/cowrie.json',
  'test/fixtures/cowrie/2.5.0/lines.jsonl',
  'test/fixtures/cowrie/head-2026-08-21/lines.jsonl',
]

/** What happens at a cut before the rest of the log is written. */
const TURNS = ['look', 'rename', 'rename and create', 'copytruncate', 'restart', 'pack'] as const
type Turn = (typeof TURNS)[number]
/** Where the slice begins and where it is cut, as shares of what there is. */
const share = fc.double({ min: 0, max: 1, noNaN: true })
const cuts = fc.array(fc.tuple(share, fc.constantFrom(...TURNS)), { maxLength: 14 })

describe('a log that is cut anywhere and comes in pieces, over files of any rotation,', () => {
  test.each(OWN_LOGS)('shows the same sightings (%s)', async (path) => {
    const log = readFileSync(path)
    await fc.assert(
      fc.asyncProperty(share, cuts, async (start, plan) => {
        const slice = sliceOf(log, start)
        expect(await sightingsThroughFiles(slice, plan)).toEqual(sightingsIn(slice))
      }),
      { numRuns: 25 },
    )
  })

  const realLogs = findRealLogs()
  it.skipIf(realLogs.length === 0)(
    `shows the same sightings (${realLogs.length} logs of other honeypots)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...realLogs), share, cuts, async (path, start, plan) => {
          const slice = sliceOf(readFileSync(path), start)
          expect(await sightingsThroughFiles(slice, plan)).toEqual(sightingsIn(slice))
        }),
        { numRuns: 150 },
      )
    },
  )
})

/** Whole lines from somewhere in the log. */
function sliceOf(log: Buffer, start: number): Buffer {
  const from = log.lastIndexOf(10, Math.max(0, Math.floor(start * log.length) - SLICE_BYTES)) + 1
  const rest = log.subarray(from, from + SLICE_BYTES)
  return rest.subarray(0, rest.lastIndexOf(10) + 1)
}

/** The plain way: split on line feeds, parse each line, judge each event. */
function sightingsIn(log: Buffer): Judgement[] {
  return log
    .toString()
    .split('\n')
    .map((line) => parseEvent(line))
    .filter((event) => event !== undefined)
    .filter((event) => GROUPS.some((group) => isInGroup(event.eventid, group)))
    .map(judge)
}

function judge(event: CowrieEvent): Judgement {
  return sightingOf(event, RULES, NOW_MS)
}

/** The agent's way: the pieces are written to files as they come, and followed. */
async function sightingsThroughFiles(log: Buffer, plan: readonly [number, Turn][]): Promise<Judgement[]> {
  const stage = new Stage()
  try {
    let written = 0
    for (const [at, turn] of plan.toSorted(([one], [other]) => one - other)) {
      const end = Math.max(1, Math.floor(at * log.length))
      await stage.write(log.subarray(written, end))
      await stage.take(turn)
      written = end
    }
    await stage.write(log.subarray(written))
    return await stage.finish()
  } finally {
    await stage.close()
  }
}

/** Plays Cowrie, logrotate and an operator who restarts the agent. */
class Stage {
  readonly #directory = new LogDirectory()
  readonly #shown: Judgement[] = []
  readonly #unpacked: string[] = []
  #position: LogPosition | undefined
  #follower = this.#follow()
  #rotations = 0
  #isMet = false

  async write(piece: Buffer): Promise<void> {
    if (piece.length === 0) return
    this.#directory.write(piece)
    // one that has never seen a log begins with its current file
    if (!this.#isMet) await this.#follower.look()
    this.#isMet = true
  }

  async take(turn: Turn): Promise<void> {
    if (turn === 'look') await this.#follower.look()
    else if (turn === 'restart') await this.#restart()
    else if (turn === 'pack') this.#pack()
    else this.#rotate(turn)
  }

  /** Everything that was shown from the beginning on. */
  async finish(): Promise<Judgement[]> {
    for (let looks = 0; looks < 2; looks += 1) await this.#follower.look()
    this.#collect()
    return this.#shown
  }

  async close(): Promise<void> {
    await this.#follower.stop()
    this.#directory.close()
  }

  #follow(): Follower {
    const from = this.#position === undefined ? {} : { from: this.#position }
    return new Follower(this.#directory.log, { groups: GROUPS, ...from })
  }

  async #restart(): Promise<void> {
    await this.#follower.stop()
    this.#collect()
    this.#follower = this.#follow()
    await this.#follower.look()
  }

  #collect(): void {
    for (const { events, position } of this.#follower.batches) {
      this.#shown.push(...events.map(judge))
      this.#position = position
    }
  }

  #rotate(way: 'rename' | 'rename and create' | 'copytruncate'): void {
    const { log } = this.#directory
    if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return
    this.#rotations += 1
    const name = `cowrie.json.2026-11-${String(this.#rotations).padStart(2, '0')}`
    this.#unpacked.push(name)
    if (way === 'copytruncate') this.#directory.copyAndTruncate(name)
    else this.#directory.rename(name)
    if (way === 'rename and create') this.#directory.write('')
  }

  #pack(): void {
    const oldest = this.#unpacked.shift()
    if (oldest !== undefined) this.#directory.gzip(oldest)
  }
}
