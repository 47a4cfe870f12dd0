import { type LogLine, readLine } from './cowrie-event.ts'

/** So many files in a row that end inside a line are waited for; no writer is that unlucky. */
const MAX_PARTS = 8

/**
 * The unfinished last lines of files, in the order of the files, until it is known which of them the first line of the
 * next file ends. That one makes an object with what stands before it; the others were cut off for good.
 */
export class SplitLine {
  readonly #maxBytes: number
  #parts: Buffer[] = []

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0
  }

  /** Keeps a copy of the end of a file. @returns whether there was room for it */
  add(part: Buffer): boolean {
    const bytes = this.#parts.reduce((sum, { length }) => sum + length, part.length)
    if (this.#parts.length === MAX_PARTS || bytes > this.#maxBytes) return false
    this.#parts.push(Buffer.from(part))
    return true
  }

  /**
   * Tells what the parts are, given the line that follows them.
   * @param line what that line is when read alone
   * @param text its bytes
   * @returns one line for each part that was cut off, and the last one
   */
  endWith<Line extends LogLine | { kind: 'passed' }>(line: Line, text: Buffer): (LogLine | Line)[] {
    for (let first = this.#parts.length - 1; first >= 0 && !isObject(line); first -= 1) {
      const joined = Buffer.concat([...this.#parts.slice(first), text])
      if (joined.length > this.#maxBytes) break
      const whole = readLine(joined.toString())
      if (isObject(whole)) return [...this.#parts.slice(0, first).map(readPart), whole]
    }
    return [...this.#parts.map(readPart), line]
  }

  clear(): void {
    this.#parts = []
  }
}

/** Whether a line is complete: no object can be continued. */
export function isObject(line: LogLine | { kind: 'passed' }): boolean {
  return line.kind === 'event' || line.kind === 'passed' || (line.kind === 'other' && line.isObject)
}

function readPart(part: Buffer): LogLine {
  return readLine(part.toString())
}
