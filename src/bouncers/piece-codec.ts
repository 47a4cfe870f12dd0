import { isPackedIpv4, WORDS_PER_ADDRESS } from '../ip/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

const FORMAT = 1
const LENGTH_BYTES = 4
/** Flags of an entry. */
const IS_IPV4_ADDRESS = 1
const IS_GONE = 2
const IS_RELEASED = 4
/** Longest entry: flags, prefix length, address, three numbers of six bytes, label. */
const MOST_ENTRY_BYTES = 1 + 1 + 16 + 3 * 6 + 2
const NUMBER_BYTES = 6
const ADDRESS_BITS = 128
const FIRST_CAPACITY = 1024

/** What stands in front of the entries of a piece. */
export interface PieceHead {
  /** When it was told, epoch milliseconds. */
  readonly atMs: number
  /** Of the newest operation that it knows of. */
  readonly operationPosition: number
  /** What was told up to this position may have been forgotten when it was taken back. */
  readonly floor: number
}

/** What was told of one network. */
export interface PieceEntry {
  readonly words: Uint32Array
  readonly offset: number
  readonly prefixLength: number
  readonly state: 'told' | 'ended' | 'released'
  /** The end that was told, or when it was told that there is nothing any more; epoch milliseconds. */
  readonly timeMs: number
  readonly label: string
  /** In a base: the positions of the pieces that told of it, see `HandoutRows`; else 0. */
  readonly changedAt: number
  readonly movedAt: number
}

/** Writes the bytes of a piece, entry by entry. */
export class PieceWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY)
  #at = 0
  readonly #labels = new Map<string, number>()
  count = 0

  add(entry: PieceEntry): void {
    if (this.#bytes.length - this.#at < MOST_ENTRY_BYTES) this.#grow()
    const { words, offset, prefixLength, state } = entry
    const isIpv4 = prefixLength === ADDRESS_BITS && isPackedIpv4(words, offset)
    const gone = state === 'told' ? 0 : IS_GONE
    const released = state === 'released' ? IS_RELEASED : 0
    this.#byte((isIpv4 ? IS_IPV4_ADDRESS : 0) | gone | released)
    if (!isIpv4) this.#byte(prefixLength)
    for (let word = isIpv4 ? WORDS_PER_ADDRESS - 1 : 0; word < WORDS_PER_ADDRESS; word++)
      this.#at = this.#bytes.writeUInt32LE(words[offset + word] ?? 0, this.#at)
    for (const value of [entry.timeMs, entry.changedAt, entry.movedAt])
      this.#at = this.#bytes.writeUIntLE(value, this.#at, NUMBER_BYTES)
    this.#at = this.#bytes.writeUInt16LE(this.#labelOf(entry.label), this.#at)
    this.count++
  }

  finish({ atMs, operationPosition, floor }: PieceHead): Uint8Array {
    const labels = [...this.#labels.keys()]
    const head = Buffer.from(JSON.stringify({ format: FORMAT, atMs, operationPosition, floor, labels }))
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32LE(head.length)
    return Buffer.concat([length, head, this.#bytes.subarray(0, this.#at)])
  }

  #byte(value: number): void {
    this.#bytes[this.#at++] = value
  }

  #labelOf(text: string): number {
    const known = this.#labels.get(text)
    if (known !== undefined) return known
    this.#labels.set(text, this.#labels.size)
    return this.#labels.size - 1
  }

  #grow(): void {
    const bytes = Buffer.allocUnsafe(2 * this.#bytes.length)
    this.#bytes.copy(bytes, 0, 0, this.#at)
    this.#bytes = bytes
  }
}

/** Reads what {@link PieceWriter} wrote. @throws HoneyjamError STORE_NEWER, STORE_CORRUPT */
export function readPiece(body: Uint8Array): PieceHead & { readonly entries: Iterable<PieceEntry> } {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  try {
    const start = LENGTH_BYTES + bytes.readUInt32LE(0)
    const head = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, start)) as PieceHead & {
      readonly format: number
      readonly labels: readonly string[]
    }
    if (head.format !== FORMAT)
      throw new HoneyjamError('STORE_NEWER', 'what bouncers were told is of a later version of honeyjam')
    return { ...head, entries: checked(entriesOf(bytes, start, head.labels)) }
  } catch (cause) {
    throw corrupt(cause)
  }
}

function* checked(entries: Iterable<PieceEntry>): Iterable<PieceEntry> {
  try {
    yield* entries
  } catch (cause) {
    throw corrupt(cause)
  }
}

function corrupt(cause: unknown): HoneyjamError {
  if (cause instanceof HoneyjamError) return cause
  return new HoneyjamError('STORE_CORRUPT', 'what bouncers were told cannot be read', { cause })
}

/** The words are the same array each time. */
function* entriesOf(bytes: Buffer, start: number, labels: readonly string[]): Iterable<PieceEntry> {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  let at = start
  const number = () => {
    at += NUMBER_BYTES
    return bytes.readUIntLE(at - NUMBER_BYTES, NUMBER_BYTES)
  }
  while (at < bytes.length) {
    const flags = bytes[at++] ?? 0
    const isIpv4 = (flags & IS_IPV4_ADDRESS) !== 0
    const prefixLength = isIpv4 ? ADDRESS_BITS : (bytes[at++] ?? 0)
    words.set([0, 0, 0xffff])
    for (let word = isIpv4 ? WORDS_PER_ADDRESS - 1 : 0; word < WORDS_PER_ADDRESS; word++, at += 4)
      words[word] = bytes.readUInt32LE(at)
    const [timeMs, changedAt, movedAt] = [number(), number(), number()]
    const label = labels[bytes.readUInt16LE(at)] ?? ''
    at += 2
    yield { words, offset: 0, prefixLength, state: stateOf(flags), timeMs, label, changedAt, movedAt }
  }
}

function stateOf(flags: number): PieceEntry['state'] {
  if ((flags & IS_GONE) === 0) return 'told'
  return (flags & IS_RELEASED) === 0 ? 'ended' : 'released'
}
