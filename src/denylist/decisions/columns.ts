import { type PackedRange, WORDS_PER_ADDRESS } from '../../ip/index.ts'

const FIRST_CAPACITY = 32

/** IPv4 addresses in parallel arrays, 14 bytes each. The arrays may be longer than `count`. */
export class AddressColumns {
  count = 0
  addresses = new Uint32Array(FIRST_CAPACITY)
  /** Epoch milliseconds. */
  expiresAtMs = new Float64Array(FIRST_CAPACITY)
  origins = new Uint16Array(FIRST_CAPACITY)

  get bytes(): number {
    return this.addresses.byteLength + this.expiresAtMs.byteLength + this.origins.byteLength
  }

  add(address: number, expiresAtMs: number, origin: number): void {
    const at = this.count
    if (at === this.addresses.length) this.#resize(2 * at)
    this.addresses[at] = address
    this.expiresAtMs[at] = expiresAtMs
    this.origins[at] = origin
    this.count++
  }

  /** Lets go of memory that is not used. */
  trim(): void {
    this.#resize(Math.max(1, this.count))
  }

  #resize(capacity: number): void {
    this.addresses = resized(this.addresses, new Uint32Array(capacity))
    this.expiresAtMs = resized(this.expiresAtMs, new Float64Array(capacity))
    this.origins = resized(this.origins, new Uint16Array(capacity))
  }
}

/** Networks of both families in parallel arrays, 27 bytes each. The arrays may be longer than `count`. */
export class NetworkColumns {
  count = 0
  words = new Uint32Array(WORDS_PER_ADDRESS * FIRST_CAPACITY)
  prefixLengths = new Uint8Array(FIRST_CAPACITY)
  /** Epoch milliseconds; infinite: never. */
  expiresAtMs = new Float64Array(FIRST_CAPACITY)
  origins = new Uint16Array(FIRST_CAPACITY)

  get bytes(): number {
    return (
      this.words.byteLength +
      this.prefixLengths.byteLength +
      this.expiresAtMs.byteLength +
      this.origins.byteLength
    )
  }

  add({
    range,
    expiresAtMs,
    origin,
  }: {
    readonly range: PackedRange
    readonly expiresAtMs: number
    readonly origin: number
  }): void {
    const at = this.count
    if (at === this.prefixLengths.length) this.#resize(2 * at)
    this.words.set(range.words, WORDS_PER_ADDRESS * at)
    this.prefixLengths[at] = range.prefixLength
    this.expiresAtMs[at] = expiresAtMs
    this.origins[at] = origin
    this.count++
  }

  rangeAt(index: number): PackedRange {
    const offset = WORDS_PER_ADDRESS * index
    return {
      words: this.words.slice(offset, offset + WORDS_PER_ADDRESS),
      prefixLength: this.prefixLengths[index] ?? 0,
    }
  }

  /** Lets go of memory that is not used. */
  trim(): void {
    this.#resize(Math.max(1, this.count))
  }

  #resize(capacity: number): void {
    this.words = resized(this.words, new Uint32Array(WORDS_PER_ADDRESS * capacity))
    this.prefixLengths = resized(this.prefixLengths, new Uint8Array(capacity))
    this.expiresAtMs = resized(this.expiresAtMs, new Float64Array(capacity))
    this.origins = resized(this.origins, new Uint16Array(capacity))
  }
}

function resized<Column extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  from: Column,
  to: Column,
): Column {
  to.set(from.subarray(0, Math.min(from.length, to.length)))
  return to
}
