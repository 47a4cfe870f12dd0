import { MAX_LINE_BYTES } from './line-scanner.ts'

const LINE_FEED = 10
const FIRST_BYTES = 4096

/** Memory that several sources share for lines whose end has not come. */
export class LineMemory {
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Says whether there are so many bytes left; they are taken then. */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#maxBytes) return false
    this.#bytes += bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#bytes -= bytes
  }
}

/** Cuts what comes from one source in pieces of any size into whole lines, whose bytes stay as they are. */
export class LineSplitter {
  readonly #memory: LineMemory
  readonly #maxLineBytes: number
  #held = Buffer.alloc(0)
  #length = 0
  #isTooLong = false
  #droppedLines = 0

  constructor(memory: LineMemory, maxLineBytes = MAX_LINE_BYTES) {
    this.#memory = memory
    this.#maxLineBytes = maxLineBytes
  }

  /** Lines that were too long, for themselves or for the memory left, or that broke off. */
  get droppedLines(): number {
    return this.#droppedLines
  }

  /** @returns runs of whole lines, line feeds included; they may share memory with `piece` */
  push(piece: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    if (this.#length > 0 || this.#isTooLong) {
      start = piece.indexOf(LINE_FEED) + 1
      if (start === 0) {
        this.#hold(piece)
        return lines
      }
      this.#hold(piece.subarray(0, start))
      const line = this.#release()
      if (line !== undefined) lines.push(line)
    }
    const end = piece.lastIndexOf(LINE_FEED) + 1
    if (end > start) lines.push(piece.subarray(start, end))
    this.#hold(piece.subarray(Math.max(start, end)))
    return lines
  }

  /** Says that nothing follows. @returns the last line, with a line feed, when only that was missing: when it is JSON */
  end(): Buffer | undefined {
    if (this.#length === 0 && !this.#isTooLong) return undefined
    const line = this.#release()
    if (line === undefined) return undefined
    if (isJson(line)) return Buffer.concat([line, Buffer.from('\n')])
    this.#droppedLines += 1
    return undefined
  }

  #release(): Buffer | undefined {
    const isDropped = this.#isTooLong
    const line = this.#held.subarray(0, this.#length)
    this.#forget()
    if (!isDropped) return line
    this.#droppedLines += 1
    return undefined
  }

  #hold(bytes: Buffer): void {
    if (this.#isTooLong || bytes.length === 0) return
    if (!this.#reserve(this.#length + bytes.length)) {
      this.#forget()
      this.#isTooLong = true
      return
    }
    bytes.copy(this.#held, this.#length)
    this.#length += bytes.length
  }

  #reserve(bytes: number): boolean {
    if (bytes > this.#maxLineBytes) return false
    if (bytes <= this.#held.length) return true
    const size = Math.max(FIRST_BYTES, bytes, Math.min(this.#maxLineBytes, this.#held.length * 2))
    if (!this.#memory.take(size - this.#held.length)) return false
    const larger = Buffer.allocUnsafeSlow(size)
    this.#held.copy(larger, 0, 0, this.#length)
    this.#held = larger
    return true
  }

  #forget(): void {
    this.#memory.giveBack(this.#held.length)
    this.#held = Buffer.alloc(0)
    this.#length = 0
    this.#isTooLong = false
  }
}

function isJson(line: Buffer): boolean {
  try {
    JSON.parse(line.toString())
    return true
  } catch {
    // what is asked is just whether it parses
    return false
  }
}
