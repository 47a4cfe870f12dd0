import { isInGroup, type LogLine, readLine } from './cowrie-event.ts'
import { FlatEvent } from './flat-event.ts'
import { countLeadingNuls, HeldLine } from './held-line.ts'
import type { CowrieEvent, LogBatch } from './log-batch.ts'
import { MarkerSearch } from './marker-search.ts'
import { isObject, SplitLine } from './split-line.ts'

const LINE_FEED = 10
const OPENING_BRACE = 123
const CLOSING_BRACE = 125

/** So much of each source is checked line by line with a real parser; behind it lines without a hit count by their shape. */
export const EXACT_BYTES = 64 * 1024 * 1024
/** The longest line that is read. Longer ones are skipped to their end and count as unparsable. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024

export interface LineScannerOptions {
  /** The wanted events: ids without their last part, such as `cowrie.login`. */
  readonly groups: readonly string[]
  /** Where in the source the first byte stands; default 0. */
  readonly offset?: number
  readonly exactBytes?: number
  readonly maxLineBytes?: number
}

/** What was found between two calls of {@link LineScanner.take}. */
export type ScannedLines = Pick<
  LogBatch,
  'events' | 'lines' | 'blankLines' | 'eventLines' | 'unparsableLines' | 'bytes'
>

/**
 * Takes the bytes of a log in pieces of any size and finds the wanted events; where the pieces were cut makes no difference.
 *
 * It looks before it parses: the names of the wanted groups are searched for in the bytes, and only lines with a hit
 * go through `JSON.parse`, whose `eventid` then decides (attackers type event names into passwords). The other lines only
 * have to be counted: exactly in the first {@link EXACT_BYTES} of a source; behind them a line that starts with `{` and
 * ends with `}` passes for an event line, and one that does not look so is still parsed.
 *
 * Memory is bounded by {@link MAX_LINE_BYTES}, whatever comes.
 */
export class LineScanner {
  readonly #groups: readonly string[]
  readonly #markers: MarkerSearch
  readonly #flat = new FlatEvent()
  readonly #exactBytes: number
  readonly #maxLineBytes: number
  readonly #held: HeldLine
  /** What stood behind the last line feed of the files before this one. */
  readonly #split: SplitLine
  /** Where in the file the next byte stands. */
  #offset: number
  #wholeLinesEnd: number
  #found = nothingFound()

  constructor(options: LineScannerOptions) {
    this.#groups = options.groups
    this.#markers = new MarkerSearch(options.groups.map(markerOf))
    this.#exactBytes = options.exactBytes ?? EXACT_BYTES
    this.#maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES
    this.#held = new HeldLine(this.#maxLineBytes)
    this.#split = new SplitLine(this.#maxLineBytes)
    this.#offset = options.offset ?? 0
    this.#wholeLinesEnd = this.#offset
  }

  /** Where in the file the last whole line ends: reading again from there repeats and misses nothing. */
  get wholeLinesEnd(): number {
    return this.#wholeLinesEnd
  }

  /** Whether any line was found since the last call of {@link take}. */
  get hasFound(): boolean {
    return this.#found.lines > 0
  }

  /** Takes the next bytes; they are not kept. */
  push(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const start = this.#completeHeldLine(bytes)
    const end = bytes.lastIndexOf(LINE_FEED) + 1
    if (start < end) this.#scanWholeLines(bytes, start, end)
    this.#held.append(bytes.subarray(Math.max(start, end)))
    this.#offset += bytes.length
    this.#found.bytes += bytes.length
  }

  /** What was found since the last call. */
  take(): ScannedLines {
    const found = this.#found
    this.#found = nothingFound()
    return found
  }

  /**
   * Says that nothing follows, so that what stands behind the last line feed is a line too. It moves `wholeLinesEnd`
   * only when it is JSON: should its rest be written after all, it can still be read.
   */
  finish(): void {
    const lines = this.#split.endWith(this.#parseHeldLine(), this.#held.bytes).filter(isNotBlank)
    if (lines.every((line) => line.kind !== 'unparsable')) this.#wholeLinesEnd = this.#offset
    this.#release(lines)
  }

  /**
   * Says that the file is complete and another one follows, the next of a rotated log.
   * Cowrie before 3.0 wrote a line in many small steps, and a rotation could fall inside it. What stands behind the
   * last line feed is therefore taken when it is an object, else it is put before the first line of the next file.
   */
  endFile(): void {
    if (this.#held.isEmpty) return
    const lines = this.#split.endWith(this.#parseHeldLine(), this.#held.bytes)
    const mayGoOn = !this.#held.isTooLong && !lines.some(isObject) && this.#split.add(this.#held.bytes)
    if (mayGoOn) {
      this.#held.clear()
    } else {
      this.#release(lines)
      this.#wholeLinesEnd = this.#offset
    }
  }

  /** Says that the next piece comes from `offset` of another file. */
  startFile(offset = 0): void {
    this.#offset = offset
    this.#wholeLinesEnd = offset
  }

  /** Ends the held line if its line feed has come; says where in the piece the next line starts. */
  #completeHeldLine(bytes: Buffer): number {
    if (this.#held.isEmpty && this.#split.isEmpty) return 0
    const end = bytes.indexOf(LINE_FEED)
    if (end === -1) return 0
    this.#held.append(bytes.subarray(0, end))
    this.#release(this.#split.endWith(this.#readHeldLine(), this.#held.bytes))
    this.#wholeLinesEnd = this.#offset + end + 1
    return end + 1
  }

  #scanWholeLines(bytes: Buffer, start: number, end: number): void {
    this.#markers.start(bytes)
    let lineStart = start
    while (lineStart < end) {
      lineStart = this.#passLines(bytes, lineStart, Math.min(end, this.#markers.next(lineStart)))
      if (lineStart === end) return
      const lineEnd = bytes.indexOf(LINE_FEED, lineStart)
      this.#count(this.#readWithinBounds(bytes, lineStart, lineEnd))
      lineStart = lineEnd + 1
      this.#wholeLinesEnd = this.#offset + lineStart
    }
  }

  /** Passes over the lines before `limit` that need no parsing, and says where the next one starts. */
  #passLines(bytes: Buffer, start: number, limit: number): number {
    if (this.#wholeLinesEnd < this.#exactBytes) return start
    let lines = 0
    let lineStart = start
    for (;;) {
      const lineEnd = bytes.indexOf(LINE_FEED, lineStart)
      if (lineEnd === -1 || lineEnd >= limit || lineEnd - lineStart > this.#maxLineBytes) break
      if (!looksLikeObject(bytes, lineStart, lineEnd)) break
      lines += 1
      lineStart = lineEnd + 1
    }
    this.#found.lines += lines
    this.#found.eventLines += lines
    this.#wholeLinesEnd = this.#offset + lineStart
    return lineStart
  }

  /** Reads the line that starts at `wholeLinesEnd` of the file; in `bytes` it stands from `start` to `end`. */
  #readWithinBounds(bytes: Buffer, start: number, end: number): ScannedLine {
    const hasHit = this.#markers.next(start) < end
    const textStart = start + countLeadingNuls(bytes, start, end)
    if (end - textStart > this.#maxLineBytes) return UNPARSABLE
    const mayPass = !hasHit && this.#wholeLinesEnd >= this.#exactBytes
    if (mayPass && looksLikeObject(bytes, textStart, end)) return PASSED
    return this.#readFlat(bytes, textStart, end) ?? readLine(bytes.toString('utf8', textStart, end))
  }

  /** The event is made of the bytes where one may be wanted. @returns `undefined` when only the parser can tell */
  #readFlat(bytes: Buffer, start: number, end: number): ScannedLine | undefined {
    if (!this.#flat.read(bytes, start, end)) return undefined
    if (!this.#flat.isEvent) return OTHER_OBJECT
    if (this.#markers.next(start) > end) return PASSED
    const event = this.#flat.toEvent()
    return event === undefined ? OTHER_OBJECT : { kind: 'event', event }
  }

  #readHeldLine(): ScannedLine {
    if (this.#held.isTooLong) return UNPARSABLE
    const line = this.#held.bytes
    this.#markers.start(line)
    return this.#readWithinBounds(line, 0, line.length)
  }

  /** Reads the held line with the parser: its line feed is missing, so that its shape proves nothing. */
  #parseHeldLine(): ScannedLine {
    return this.#held.isTooLong ? UNPARSABLE : readLine(this.#held.bytes.toString())
  }

  #release(lines: readonly ScannedLine[]): void {
    this.#split.clear()
    this.#held.clear()
    for (const line of lines) this.#count(line)
  }

  #count(line: ScannedLine): void {
    const found = this.#found
    found.lines += 1
    if (line.kind === 'blank') found.blankLines += 1
    if (line.kind === 'unparsable') found.unparsableLines += 1
    if (line.kind === 'passed' || line.kind === 'event') found.eventLines += 1
    if (line.kind === 'event' && this.#isWanted(line.event)) found.events.push(line.event)
  }

  #isWanted({ eventid }: CowrieEvent): boolean {
    for (const group of this.#groups) if (isInGroup(eventid, group)) return true
    return false
  }
}

type ScannedLine = LogLine | typeof PASSED

const PASSED = { kind: 'passed' } as const
const OTHER_OBJECT = { kind: 'other', isObject: true } as const
const UNPARSABLE = { kind: 'unparsable' } as const

/**
 * What stands in every event of a group. Its last part is enough, as a hit proves nothing anyway: the native search takes
 * half the time for a text of at most six bytes.
 */
function markerOf(group: string): string {
  return `${group.slice(group.lastIndexOf('.') + 1)}.`
}

function isNotBlank(line: ScannedLine): boolean {
  return line.kind !== 'blank'
}

function looksLikeObject(bytes: Buffer, start: number, end: number): boolean {
  return bytes[start] === OPENING_BRACE && bytes[end - 1] === CLOSING_BRACE
}

function nothingFound() {
  const events: CowrieEvent[] = []
  return { events, lines: 0, bytes: 0, blankLines: 0, eventLines: 0, unparsableLines: 0 }
}
