import { isPackedIpv4, type PackedRange, WORDS_PER_ADDRESS } from '../../ip/index.ts'

/** How far a state is: every operation up to `position` is in effect, and all that time alone brought up to `timeMs`. */
export interface Progress {
  readonly position: number
  readonly timeMs: number
}

/** A change of networks: of what is denied, and of what may not be blocked in `shielded`. */
export interface NetworkChange extends Progress {
  readonly shielded: readonly PackedRange[] | 'all'
}

const FIRST_CAPACITY = 64
/** Address changes that are always remembered, however few addresses there are. */
const FEWEST_ADDRESSES = 4096
/** Most that are remembered: 24 bytes each. */
const MOST_ADDRESSES = 262_144
/** As {@link MOST_ADDRESSES}, while somebody goes through the list and needs what changes meanwhile. */
const MOST_ADDRESSES_HELD = 2_097_152
const MOST_NETWORK_CHANGES = 1024
/** Networks of one change; beyond it everything counts as touched. */
const MOST_NETWORKS = 1024

/**
 * Remembers which addresses and networks of one account were touched, and when, as far back as there is room. A touched address may
 * have changed or not; an untouched one has not, but for an end that was known before.
 */
export class TouchedLog {
  #words = new Uint32Array(0)
  #positions = new Float64Array(0)
  #first = 0
  #count = 0
  #networks: NetworkChange[] = []
  /** What is later than this is remembered, of addresses and of networks. */
  #addressFloor: number
  #networkFloor: Progress
  #networkVersion = 0
  #holders = 0
  readonly #sizeOfList: () => number

  /** @param begin what happened up to here is not remembered */
  constructor(begin: Progress, sizeOfList: () => number) {
    this.#addressFloor = begin.position
    this.#networkFloor = begin
    this.#sizeOfList = sizeOfList
  }

  /** Rises whenever networks changed. */
  get networkVersion(): number {
    return this.#networkVersion
  }

  /** Notes that an operation touched an address. */
  noteAddress(words: Uint32Array, offset: number, position: number): void {
    if (this.#count === this.#positions.length && !this.#grow()) this.#dropOldest()
    const at = (this.#first + this.#count++) & (this.#positions.length - 1)
    this.#positions[at] = position
    for (let word = 0; word < WORDS_PER_ADDRESS; word++)
      this.#words[WORDS_PER_ADDRESS * at + word] = words[offset + word] ?? 0
  }

  /** Notes that an operation changed denied networks, and allowed ones. */
  noteNetworks(shielded: NetworkChange['shielded'], position: number): void {
    this.#note({ shielded, position, timeMs: 0 })
  }

  /** Notes that what protected networks ended by itself at `timeMs`. */
  noteEnd(shielded: NetworkChange['shielded'], timeMs: number): void {
    this.#note({ shielded, position: 0, timeMs })
  }

  /** Whether everything that was touched later is remembered. */
  reaches({ position, timeMs }: Progress): boolean {
    return (
      position >= this.#addressFloor &&
      position >= this.#networkFloor.position &&
      timeMs >= this.#networkFloor.timeMs
    )
  }

  /** How many addresses were touched after `position`, repeats counted. */
  countAddressesSince(position: number): number {
    return this.#count - this.#indexBehind(position)
  }

  /** Hands over the addresses touched after `position`, oldest first, some of them several times. */
  eachAddressSince(position: number, visit: (words: Uint32Array, offset: number) => void): void {
    for (let index = this.#indexBehind(position); index < this.#count; index++)
      visit(this.#words, WORDS_PER_ADDRESS * this.#slot(index))
  }

  /** The changes of networks that are later than `since`. */
  networksSince(since: Progress): readonly NetworkChange[] {
    return this.#networks.filter((change) => isLater(change, since))
  }

  /** Whether an address or network was touched later. */
  hasSince(since: Progress): boolean {
    return (
      this.countAddressesSince(since.position) > 0 || this.#networks.some((change) => isLater(change, since))
    )
  }

  /**
   * From where on nothing is remembered that decides about the packed address: itself, for IPv6 anything of its /48, or any network. Later
   * than it was where that is forgotten.
   */
  settledFrom(words: Uint32Array): Progress {
    let index = this.#count - 1
    while (index >= 0 && !this.#isOfOneKey(this.#slot(index), words)) index--
    const touched = index < 0 ? this.#addressFloor : (this.#positions[this.#slot(index)] ?? 0)
    const all = [this.#networkFloor, ...this.#networks]
    return {
      position: Math.max(touched, ...all.map(({ position }) => position)),
      timeMs: Math.max(...all.map(({ timeMs }) => timeMs)),
    }
  }

  /** Makes room for more until the returned function is called. */
  hold(): () => void {
    this.#holders++
    return () => {
      this.#holders--
    }
  }

  #note(change: NetworkChange): void {
    this.#networkVersion++
    const { shielded } = change
    const isMany = shielded !== 'all' && shielded.length > MOST_NETWORKS
    this.#networks.push(isMany ? { ...change, shielded: 'all' } : change)
    if (this.#networks.length <= MOST_NETWORK_CHANGES) return
    const dropped = this.#networks.splice(0, MOST_NETWORK_CHANGES / 2)
    this.#networkFloor = {
      position: Math.max(this.#networkFloor.position, ...dropped.map(({ position }) => position)),
      timeMs: Math.max(this.#networkFloor.timeMs, ...dropped.map(({ timeMs }) => timeMs)),
    }
  }

  #isOfOneKey(slot: number, words: Uint32Array): boolean {
    const at = WORDS_PER_ADDRESS * slot
    const [first = 0, second = 0, third = 0, fourth = 0] = words
    if (this.#words[at] !== first) return false
    if (!isPackedIpv4(words, 0)) return (this.#words[at + 1] ?? 0) >>> 16 === second >>> 16
    return this.#words[at + 1] === second && this.#words[at + 2] === third && this.#words[at + 3] === fourth
  }

  #slot(index: number): number {
    return (this.#first + index) & (this.#positions.length - 1)
  }

  /** Index of the first address touched after `position`: positions never fall. */
  #indexBehind(position: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#positions[this.#slot(middle)] ?? 0) > position) high = middle
      else low = middle + 1
    }
    return low
  }

  #dropOldest(): void {
    this.#addressFloor = this.#positions[this.#first] ?? 0
    this.#first = this.#slot(1)
    this.#count--
  }

  /** @returns whether there is more room now */
  #grow(): boolean {
    const capacity = this.#positions.length
    const most = this.#holders > 0 ? MOST_ADDRESSES_HELD : MOST_ADDRESSES
    const wanted = Math.min(most, Math.max(FEWEST_ADDRESSES, this.#sizeOfList() / 4))
    if (capacity >= (this.#holders > 0 ? most : wanted)) return false
    const words = new Uint32Array(WORDS_PER_ADDRESS * Math.max(FIRST_CAPACITY, 2 * capacity))
    const positions = new Float64Array(words.length / WORDS_PER_ADDRESS)
    for (let index = 0; index < this.#count; index++) {
      const from = this.#slot(index)
      positions[index] = this.#positions[from] ?? 0
      words.set(
        this.#words.subarray(WORDS_PER_ADDRESS * from, WORDS_PER_ADDRESS * (from + 1)),
        WORDS_PER_ADDRESS * index,
      )
    }
    this.#words = words
    this.#positions = positions
    this.#first = 0
    return true
  }
}

function isLater(change: Progress, since: Progress): boolean {
  return change.position > since.position || change.timeMs > since.timeMs
}
