import { AddressTable } from '../../ip/index.ts'

const NONE = -1
const FIRST_CAPACITY = 16
/** The bits of the second word that belong to a /48. */
const SECOND_WORD_MASK = 0xffff0000

/**
 * The rows of IPv6 addresses by their /48, which is what one site gets. 8 bytes a row up to the highest with an IPv6
 * address, and about 20 a site.
 */
export class SiteIndex {
  /** Neighbours of each row in the chain of its site. */
  #next = new Int32Array(0)
  #previous = new Int32Array(0)
  readonly #head: number[] = []
  readonly #firstWord: number[] = []
  readonly #secondWord: number[] = []
  readonly #free: number[] = []
  readonly #siteByWords = new AddressTable((site, word) => {
    if (word > 1) return 0
    return (word === 0 ? this.#firstWord[site] : this.#secondWord[site]) ?? 0
  })
  readonly #scratch = new Uint32Array(4)

  /** One more than the highest number of a site; a site keeps its number as long as it has rows. */
  get sitesEnd(): number {
    return this.#head.length
  }

  /** Adds a row that is not in the index. */
  add(row: number, words: Uint32Array, offset: number): void {
    this.#reserve(row)
    const known = this.siteOf(words[offset] ?? 0, words[offset + 1] ?? 0)
    const site = known < 0 ? this.#addSite() : known
    const head = this.#head[site] ?? NONE
    this.#next[row] = head
    this.#previous[row] = NONE
    if (head !== NONE) this.#previous[head] = row
    this.#head[site] = row
  }

  /** Takes out a row that is in the index. */
  delete(row: number, words: Uint32Array, offset: number): void {
    const next = this.#next[row] ?? NONE
    const previous = this.#previous[row] ?? NONE
    if (next !== NONE) this.#previous[next] = previous
    if (previous !== NONE) {
      this.#next[previous] = next
      return
    }
    const site = this.siteOf(words[offset] ?? 0, words[offset + 1] ?? 0)
    this.#head[site] = next
    if (next !== NONE) return
    this.#siteByWords.delete(this.#scratch, 0)
    this.#free.push(site)
  }

  /** The rows of a site, newest first; none of a number that is not in use. */
  *rowsOf(site: number): Iterable<number> {
    for (let row = this.#head[site] ?? NONE; row !== NONE; row = this.#next[row] ?? NONE) yield row
  }

  /** The number of the site of which these are the first words, or -1. */
  siteOf(firstWord: number, secondWord: number): number {
    this.#scratch[0] = firstWord
    this.#scratch[1] = secondWord & SECOND_WORD_MASK
    return this.#siteByWords.find(this.#scratch, 0)
  }

  /** Of the words that were looked for. */
  #addSite(): number {
    const site = this.#free.pop() ?? this.#head.length
    this.#firstWord[site] = this.#scratch[0] ?? 0
    this.#secondWord[site] = this.#scratch[1] ?? 0
    this.#head[site] = NONE
    this.#siteByWords.add(site)
    return site
  }

  #reserve(row: number): void {
    if (row < this.#next.length) return
    const capacity = Math.max(FIRST_CAPACITY, row + 1, 2 * this.#next.length)
    const next = new Int32Array(capacity)
    const previous = new Int32Array(capacity)
    next.set(this.#next)
    previous.set(this.#previous)
    this.#next = next
    this.#previous = previous
  }
}
