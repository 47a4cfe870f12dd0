import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { AttackLines } from './attack-lines.ts'

/** How a log is rotated; the last two lose what nobody has read, so that they wait for the agent. */
export const ROTATIONS = [
  'renamed .YYYY-MM-DD',
  'renamed .YYYY_M_D',
  'logrotate with create',
  'copytruncate',
  'cut at restart',
  'deleted and made anew',
] as const
export type RotationKind = (typeof ROTATIONS)[number]

const DAY_MS = 86_400_000
/** How many writes it waits for the agent. */
const PATIENCE = 150
/** Enough that an agent that was down for some rotations finds them. */
const KEPT_FILES = 20

/** Cowrie's log, written in pieces cut anywhere and rotated in every way. */
export class TornLog {
  readonly path: string
  readonly lines: AttackLines
  readonly #random: () => number
  /** Whether an agent has noted on its disk that it read the file to its end. */
  readonly #isRead: () => boolean
  /** The rest of a line that is cut anywhere, in the middle of a character too. */
  #rest = Buffer.alloc(0)
  #days = 0
  #due: RotationKind | undefined
  #patience = 0
  readonly rotations = new Map<string, number>()

  constructor(path: string, lines: AttackLines, random: () => number, isRead: () => boolean) {
    this.path = path
    this.lines = lines
    this.#random = random
    this.#isRead = isRead
    writeFileSync(path, '')
  }

  /** Writes nothing while it waits for the agent to read what is about to be thrown away. */
  write(lines: number): void {
    if (this.#due === undefined) this.#append(lines)
    else this.#throwAwayWhenRead(this.#due)
  }

  #append(lines: number): void {
    const text = Array.from({ length: lines }, () => this.lines.next()).join('')
    const bytes = Buffer.concat([this.#rest, Buffer.from(text)])
    const end = this.#random() < 0.4 ? bytes.length : Math.floor(this.#random() * bytes.length)
    appendFileSync(this.path, bytes.subarray(0, end))
    this.#rest = bytes.subarray(end)
  }

  /** Writes what is held back of a line. */
  flush(): void {
    appendFileSync(this.path, this.#rest)
    this.#rest = Buffer.alloc(0)
  }

  /** Writes one more line and everything to its end: an agent stays with a rotated file as long as the new one is empty. */
  end(): void {
    this.#append(1)
    this.flush()
  }

  /** Rotates in this way, or any, or begins to wait until what is thrown away has been read. */
  rotate(kind = ROTATIONS[Math.floor(this.#random() * ROTATIONS.length)]!): void {
    const bytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0
    if (bytes === 0 || this.#due !== undefined) return
    if (kind === 'cut at restart' || kind === 'deleted and made anew') {
      this.flush()
      this.#due = kind
      this.#patience = PATIENCE
    } else this.#keep(kind)
  }

  /** Packs one of the rotated files, as logrotate does later: both are there while it works. */
  pack(): void {
    const plain = this.#rotatedFiles().filter((file) => !file.endsWith('.gz'))
    const file = plain[Math.floor(this.#random() * plain.length)]
    if (file === undefined) return
    const { atime, mtime } = statSync(file)
    const packed = gzipSync(readFileSync(file))
    const half = Math.floor(packed.length / 2)
    writeFileSync(`${file}.gz`, packed.subarray(0, half))
    appendFileSync(`${file}.gz`, packed.subarray(half))
    utimesSync(`${file}.gz`, atime, mtime)
    rmSync(file)
    this.#count('packed')
  }

  /** Removes what is old and read. */
  prune(): void {
    if (!this.#isRead()) return
    const oldest = this.#rotatedFiles().toSorted(
      (one, other) => statSync(one).mtimeMs - statSync(other).mtimeMs,
    )
    for (const file of oldest.slice(0, -KEPT_FILES)) rmSync(file)
  }

  #keep(kind: RotationKind): void {
    this.#count(kind)
    if (kind === 'copytruncate') this.#shift((first) => this.#copyAndCut(first))
    else if (kind === 'logrotate with create') this.#shift((first) => renameSync(this.path, first))
    else renameSync(this.path, `${this.path}.${this.#nextDay(kind === 'renamed .YYYY-MM-DD' ? '-' : '_')}`)
    // the new file is there at once, or only with the next line
    if (kind === 'logrotate with create' || this.#random() < 0.5) appendFileSync(this.path, '')
  }

  #nextDay(separator: '-' | '_'): string {
    this.#days += 1
    const day = new Date(Date.UTC(2026, 0, 1) + this.#days * DAY_MS)
    const parts = [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()]
    const width = separator === '-' ? 2 : 1
    return parts.map((part) => String(part).padStart(width, '0')).join(separator)
  }

  /** Makes room for `.1`, from the oldest on. */
  #shift(makeFirst: (path: string) => void): void {
    const numbers = this.#rotatedFiles().map((file) => Number(/\.(\d{1,3})(?:\.gz)?$/.exec(file)?.[1] ?? 0))
    const highest = Math.max(0, ...numbers)
    for (let number = highest; number > 0; number -= 1) {
      for (const extension of ['', '.gz']) {
        const file = `${this.path}.${number}${extension}`
        if (existsSync(file)) renameSync(file, `${this.path}.${number + 1}${extension}`)
      }
    }
    makeFirst(`${this.path}.1`)
  }

  /** What is written between copy and cut is lost by nature: nothing is. */
  #copyAndCut(copy: string): void {
    copyFileSync(this.path, copy)
    truncateSync(this.path)
  }

  #throwAwayWhenRead(kind: RotationKind): void {
    this.#patience -= 1
    if (this.#patience === 0) this.#due = undefined
    if (!this.#isRead()) return
    this.#due = undefined
    this.#count(kind)
    if (kind === 'cut at restart') truncateSync(this.path)
    else {
      rmSync(this.path)
      writeFileSync(this.path, '')
    }
  }

  #rotatedFiles(): string[] {
    const directory = dirname(this.path)
    return readdirSync(directory)
      .filter((name) => name.startsWith(`${basename(this.path)}.`))
      .map((name) => join(directory, name))
  }

  #count(kind: string): void {
    this.rotations.set(kind, (this.rotations.get(kind) ?? 0) + 1)
  }
}
