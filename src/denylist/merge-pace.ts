import { WORDS_PER_ADDRESS } from '../ip/index.ts'
import { type Clock, HoneyjamError } from '../runtime/index.ts'
import type { Operation } from './operation.ts'

/** Rows that may wait to be merged before reports are slowed down. */
export const SLOW_ROWS = 1_000_000
/** Rows that may wait at all, such as while the tables cannot be written. */
export const MAX_WAITING_ROWS = 4_000_000
/** How long a report is held back at most, in milliseconds: less than clients wait for an answer. */
export const LONGEST_HOLD_MS = 5000
/** Addresses that may be held back, 16 bytes each. */
export const MAX_HELD_ADDRESSES = 2_000_000

export interface MergePaceOptions {
  /** Rows that are in effect and wait to be merged. */
  readonly waitingRows: () => number
  /** Whether the tables take rows. */
  readonly isMerging: () => boolean
  readonly clock: Clock
}

interface Held {
  readonly addresses: number
  admit(): void
}

/**
 * Slows reports down to the pace of the merger when too many rows wait for it, so that a long rush takes its senders longer
 * instead of being refused. What waits costs memory, and time at the next start.
 */
export class MergePace {
  readonly #options: MergePaceOptions
  #held: Held[] = []
  #heldAddresses = 0

  constructor(options: MergePaceOptions) {
    this.#options = options
  }

  /**
   * Resolves when the operation may come in; reports do so in the order of the calls. While nothing can be merged none is held
   * back: the journal takes what it has room for.
   * @throws HoneyjamError STORE_UNAVAILABLE after {@link LONGEST_HOLD_MS}, or at once when too much waits or is held back already
   */
  async admit(operation: Operation): Promise<void> {
    if (this.#options.waitingRows() >= MAX_WAITING_ROWS) throw tooMany()
    if (operation.kind !== 'report' || !this.#options.isMerging()) return
    if (this.#held.length === 0 && this.#options.waitingRows() < SLOW_ROWS) return
    await this.#hold(operation.addresses.length / WORDS_PER_ADDRESS)
  }

  /** To be called when rows have been merged: lets in what there is room for. */
  merged(): void {
    let room = SLOW_ROWS - this.#options.waitingRows()
    let count = 0
    for (const held of this.#held) {
      if (room <= 0) break
      room -= held.addresses
      this.#heldAddresses -= held.addresses
      held.admit()
      count++
    }
    this.#held = this.#held.slice(count)
  }

  async #hold(addresses: number): Promise<void> {
    if (this.#heldAddresses + addresses > MAX_HELD_ADDRESSES) throw tooMany()
    const timer = new AbortController()
    const { promise, resolve } = Promise.withResolvers<void>()
    const held: Held = { addresses, admit: resolve }
    this.#held.push(held)
    this.#heldAddresses += addresses
    await Promise.race([promise, this.#options.clock.sleep(LONGEST_HOLD_MS, timer.signal)])
    timer.abort()
    if (!this.#held.includes(held)) return
    this.#held = this.#held.filter((other) => other !== held)
    this.#heldAddresses -= addresses
    throw tooMany()
  }
}

function tooMany(): HoneyjamError {
  return new HoneyjamError('STORE_UNAVAILABLE', 'too many changes wait to be written to the store')
}
