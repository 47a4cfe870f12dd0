import type { DecisionOrigin, RankedDecisions } from '../../../denylist/index.ts'
import { type AddedDecisions, addDecisions } from './added-decisions.ts'

/** States that may still be gone through page by page. */
const MOST_STATES = 2

/** The decisions of one account as they came, for who reads them page by page. */
export class TaxiiCollection {
  readonly #find: () => Promise<RankedDecisions>
  readonly #listedAtMs: (origin: DecisionOrigin) => number
  /** The newest last. */
  #states: AddedDecisions[] = []
  #making: { readonly ranked: RankedDecisions; readonly state: Promise<AddedDecisions> } | undefined
  #serial = 0
  #beganAtMs: number | undefined

  constructor(find: () => Promise<RankedDecisions>, listedAtMs: (origin: DecisionOrigin) => number) {
    this.#find = find
    this.#listedAtMs = listedAtMs
  }

  /** Epoch milliseconds since which this process knows when decisions came; before it, when they were reported. */
  get beganAtMs(): number {
    return this.#beganAtMs ?? Number.POSITIVE_INFINITY
  }

  /** @throws HoneyjamError STORE_UNAVAILABLE */
  async current(): Promise<AddedDecisions> {
    const ranked = await this.#find()
    const known = this.#states.find((state) => state.ranked === ranked)
    if (known !== undefined) return known
    const before = this.#making
    if (before !== undefined) {
      const made = await before.state
      return before.ranked === ranked ? made : await this.current()
    }
    const making = { ranked, state: this.#make(ranked) }
    this.#making = making
    try {
      return await making.state
    } finally {
      this.#making = undefined
    }
  }

  /** The state of a page before, if it is still there. */
  state(serial: number): AddedDecisions | undefined {
    return this.#states.find((state) => state.serial === serial)
  }

  async #make(ranked: RankedDecisions): Promise<AddedDecisions> {
    const state = await addDecisions(this.#states.at(-1), ranked, {
      serial: ++this.#serial,
      listedAtMs: this.#listedAtMs,
    })
    this.#beganAtMs ??= state.atMs
    this.#states = [...this.#states, state].slice(-MOST_STATES)
    return state
  }
}
