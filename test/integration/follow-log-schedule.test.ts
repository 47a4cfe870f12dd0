import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LogPosition } from '../../src/cowrie/index.ts'
import { addressesOf, addressOf, Follower, LogDirectory, login } from './follow-log-driver.ts'

type Action =
  | { readonly kind: 'write'; readonly lines: number }
  /** Begins a line, as old Cowrie does; whatever is written next ends it. */
  | { readonly kind: 'begin'; readonly bytes: number }
  /** `crash`: the writer dies in the middle of a line and goes on in a new file. */
  | { readonly kind: 'rename' | 'create' | 'copy' | 'crash' | 'look' }
  | { readonly kind: 'pack'; readonly which: number }
  /** Follows again from the position of one of the batches, `0` being the newest. */
  | { readonly kind: 'restart'; readonly from: number }

const actions: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('write' as const), lines: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('begin' as const), bytes: fc.nat(90) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('rename', 'rename', 'create', 'copy', 'crash', 'look', 'look', 'look'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pack' as const), which: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), from: fc.nat(6) }) },
)

test.each(['dates', 'numbers'] as const)(
  'whatever is written, rotated, packed and cut while following stops and starts, each line is given once (%s)',
  async (style) => {
    await fc.assert(
      fc.asyncProperty(fc.array(actions, { minLength: 1, maxLength: 30 }), async (schedule) => {
        const stage = new Stage(style)
        try {
          await stage.play([{ kind: 'write', lines: 1 }, { kind: 'look' }, ...schedule])
          expect(await stage.finish()).toEqual(stage.written)
        } finally {
          await stage.close()
        }
      }),
      { numRuns: 150 },
    )
  },
)

/** Plays Cowrie, logrotate and an operator, and keeps the account of what was written and what was given. */
class Stage {
  readonly #directory = new LogDirectory()
  readonly #style: 'dates' | 'numbers'
  #follower = new Follower(this.#directory.log)
  /** The batches that count: a restart forgets those behind its position. */
  #given: { readonly addresses: string[]; readonly position: LogPosition }[] = []
  #takenBatches = 0
  #begun = 0
  #restOfLine = ''
  #rotations = 0

  constructor(style: 'dates' | 'numbers') {
    this.#style = style
  }

  get written(): string[] {
    return Array.from({ length: this.#begun }, (_, index) => addressOf(index + 1))
  }

  async play(schedule: readonly Action[]): Promise<void> {
    for (const action of schedule) await this.#act(action)
  }

  /** What was given when all is written and read. */
  async finish(): Promise<string[]> {
    this.#write(1)
    await this.#look()
    return this.#given.flatMap(({ addresses }) => addresses)
  }

  async close(): Promise<void> {
    await this.#follower.stop()
    this.#directory.close()
  }

  async #act(action: Action): Promise<void> {
    if (action.kind === 'write') this.#write(action.lines)
    if (action.kind === 'begin') this.#begin(action.bytes)
    if (action.kind === 'look') await this.#look()
    if (action.kind === 'pack') this.#pack(action.which)
    if (action.kind === 'restart') await this.#restart(action.from)
    if (action.kind === 'crash') this.#crash()
    if (action.kind === 'rename' || action.kind === 'create' || action.kind === 'copy')
      this.#rotate(action.kind)
  }

  #write(lines: number): void {
    let text = this.#restOfLine
    for (let line = 0; line < lines; line += 1) text += this.#nextLine()
    this.#restOfLine = ''
    this.#directory.write(text)
  }

  #begin(bytes: number): void {
    const line = this.#nextLine()
    this.#directory.write(this.#restOfLine + line.slice(0, bytes))
    this.#restOfLine = line.slice(bytes)
  }

  #crash(): void {
    this.#directory.write(this.#restOfLine + login(0).slice(0, -1))
    this.#restOfLine = ''
    this.#rotate('rename')
  }

  #nextLine(): string {
    this.#begun += 1
    return `${login(this.#begun)}\n`
  }

  async #look(): Promise<void> {
    await this.#follower.look()
    for (const batch of this.#follower.batches.slice(this.#takenBatches)) {
      this.#given.push({ addresses: addressesOf(batch), position: batch.position! })
    }
    this.#takenBatches = this.#follower.batches.length
  }

  async #restart(from: number): Promise<void> {
    const last = this.#given.length - 1 - (from % this.#given.length)
    await this.#follower.stop()
    this.#given = this.#given.slice(0, last + 1)
    const { position } = this.#given[last]!
    this.#follower = new Follower(this.#directory.log, { from: position })
    this.#takenBatches = 0
  }

  #rotate(way: 'rename' | 'create' | 'copy'): void {
    if (!existsSync(this.#directory.log)) return
    this.#rotations += 1
    const name =
      this.#style === 'dates'
        ? `cowrie.json.2026_${1 + (this.#rotations >> 4)}_${1 + (this.#rotations & 15)}`
        : this.#shift()
    if (way === 'copy') this.#directory.copyAndTruncate(name)
    else this.#directory.rename(name)
    if (way === 'create') this.#directory.write('')
  }

  /** Makes room for a new `.1`. */
  #shift(): string {
    const numbered = this.#rotated().toSorted((one, other) => numberOf(other) - numberOf(one))
    for (const name of numbered) {
      this.#directory.rename(name.replace(/\.\d+/, `.${numberOf(name) + 1}`), name)
    }
    return 'cowrie.json.1'
  }

  #pack(which: number): void {
    const plain = this.#rotated().filter((name) => !name.endsWith('.gz'))
    const name = plain[which % Math.max(1, plain.length)]
    if (name !== undefined && statSync(join(this.#directory.path, name)).size > 0) this.#directory.gzip(name)
  }

  #rotated(): string[] {
    return readdirSync(this.#directory.path).filter((name) => name !== 'cowrie.json')
  }
}

function numberOf(name: string): number {
  return Number(/\.(\d+)(?:\.gz)?$/.exec(name)?.[1])
}
