const FIRST_BYTES = 64 * 1024
const NUL = 0

/**
 * The head of a line whose end has not been seen yet. Its memory is bounded: of a line longer than `maxBytes`
 * nothing is kept but the fact.
 */
export class HeldLine {
  readonly #maxBytes: number
  #buffer = Buffer.alloc(0)
  #length = 0
  #isTooLong = false

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get isEmpty(): boolean {
    return this.#length === 0 && !this.#isTooLong
  }

  get isTooLong(): boolean {
    return this.#isTooLong
  }

  /** What is held; valid until the next call that changes it. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Adds what follows. NUL bytes before the line are dropped at once: such a hole can be larger than any line. */
  append(bytes: Buffer): void {
    if (this.#isTooLong) return
    const addition = this.#length === 0 ? bytes.subarray(countLeadingNuls(bytes, 0, bytes.length)) : bytes
    if (this.#length + addition.length > this.#maxBytes) {
      this.clear()
      this.#isTooLong = true
      return
    }
    this.#reserve(this.#length + addition.length)
    addition.copy(this.#buffer, this.#length)
    this.#length += addition.length
  }

  /** Forgets the line, and gives back the memory of a very long one. */
  clear(): void {
    this.#length = 0
    this.#isTooLong = false
    if (this.#buffer.length > FIRST_BYTES) this.#buffer = Buffer.alloc(0)
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(
      Math.max(FIRST_BYTES, bytes, Math.min(this.#maxBytes, this.#buffer.length * 2)),
    )
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** How many NUL bytes stand at `start`, at most up to `end`. */
export function countLeadingNuls(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] === NUL) at += 1
  return at - start
}
