import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomFrom } from '../support/random.ts'
import { ALL_KEPT, type Luck, NOTHING_KEPT, randomLuck } from './luck.ts'
import type { SystemCall } from './parse-trace.ts'
import type { Recording } from './record.ts'
import { type Effect, Replay } from './replay.ts'

/** What a program finds when it starts after the power came back. */
export interface Remains {
  /** Stands for the one the program was recorded with. */
  readonly root: string
  /** What the program had told before the power went, oldest first. */
  readonly marks: readonly string[]
  /** What it would have told next. */
  readonly nextMark: string | undefined
}

export interface CutOptions {
  readonly seed: number
  /** Cuts with random remains, besides those with all and with nothing. */
  readonly randomCuts: number
  /** @throws Error something acknowledged is missing, or cannot be read */
  readonly check: (remains: Remains) => unknown
}

/** Kept in memory where that can be: what is checked here is not this machine's disk. */
const PLACE = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
/** Of all random remains these belong to moments at which a sync was under way. */
const SHARE_AT_SYNCS = 0.7

/**
 * Cuts the power of a recorded program during and after each sync, after each mark, and at random moments between.
 * @returns how many syncs there were, and how many different remains were checked
 * @throws Error the first that `check` finds, with the moment it happened
 */
export async function cutPower(
  recording: Recording,
  { seed, randomCuts, check }: CutOptions,
): Promise<{ readonly syncs: number; readonly remains: number }> {
  const { calls } = recording
  const random = randomFrom(seed)
  const totals = countEffects(recording)
  const story = new Story(recording, totals.marks, check)
  const tryLuck = async (name: string, cuts: number) => {
    const times = Math.floor(cuts) + (random() < cuts % 1 ? 1 : 0)
    for (let time = 0; time < times; time += 1) await story.cut(randomLuck(random), name)
  }
  for (const [index, call] of calls.entries()) {
    const when = `call ${index} (${call.name}), seed ${seed}`
    if (story.replay.isSync(call)) {
      await story.cut(NOTHING_KEPT, `nothing kept during ${when}`)
      await story.cut(ALL_KEPT, `all kept during ${when}`)
      await tryLuck(`some kept during ${when}`, (randomCuts * SHARE_AT_SYNCS) / totals.syncs)
    }
    const { kind } = story.apply(call)
    if (kind === 'sync' || kind === 'mark') await story.cut(NOTHING_KEPT, `nothing kept after ${when}`)
    if (kind === 'change') {
      await tryLuck(`some kept after ${when}`, (randomCuts * (1 - SHARE_AT_SYNCS)) / totals.changes)
    }
  }
  return { syncs: totals.syncs, remains: story.checkedRemains }
}

function countEffects({ root, marks: file, calls }: Recording) {
  const replay = new Replay(root, file)
  const effects = calls.map((call) => replay.apply(call))
  const count = (kind: Effect['kind']) => effects.filter((effect) => effect.kind === kind).length
  const marks = effects.flatMap((effect) => (effect.kind === 'mark' ? [effect.text] : []))
  return { syncs: count('sync'), changes: count('change'), marks }
}

/** A recorded program up to one moment. */
class Story {
  readonly replay: Replay
  readonly #allMarks: readonly string[]
  readonly #check: CutOptions['check']
  readonly #checked = new Set<string>()
  #marks = 0

  constructor({ root, marks }: Recording, allMarks: readonly string[], check: CutOptions['check']) {
    this.replay = new Replay(root, marks)
    this.#allMarks = allMarks
    this.#check = check
  }

  get checkedRemains(): number {
    return this.#checked.size
  }

  apply(call: SystemCall): Effect {
    const effect = this.replay.apply(call)
    if (effect.kind === 'mark') this.#marks += 1
    return effect
  }

  /** Leaves out what has been checked already. */
  async cut(luck: Luck, name: string): Promise<void> {
    const files = this.replay.disk
      .filesAfterCut(luck)
      .map(([path, file]) => ({ path, bytes: file.afterCut(luck), modifiedMs: file.modifiedMs }))
    const digest = digestOf(files, this.#marks)
    if (this.#checked.has(digest)) return
    this.#checked.add(digest)
    const root = mkdtempSync(join(PLACE, 'honeyjam-power-cut-'))
    try {
      writeFiles(root, files)
      const [marks, nextMark] = [this.#allMarks.slice(0, this.#marks), this.#allMarks[this.#marks]]
      await this.#check({ root, marks, nextMark })
    } catch (cause) {
      throw new Error(`the power went, ${name}: ${(cause as Error).message}`, { cause })
    } finally {
      rmSync(root, { recursive: true })
    }
  }
}

interface LeftFile {
  readonly path: string
  readonly bytes: Buffer
  readonly modifiedMs: number
}

function writeFiles(root: string, files: readonly LeftFile[]): void {
  for (const { path, bytes, modifiedMs } of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), bytes)
    utimesSync(join(root, path), modifiedMs / 1000, modifiedMs / 1000)
  }
}

function digestOf(files: readonly LeftFile[], marks: number): string {
  const hash = createHash('sha256').update(String(marks))
  for (const { path, bytes } of files) hash.update(`\0${path}\0${bytes.length}\0`).update(bytes)
  return hash.digest('hex')
}
