import type { Decisions, Revision } from '../denylist/index.ts'
import { type Clock, HoneyjamError } from '../runtime/index.ts'
import { HandoutTable } from './handout-table.ts'
import type { HandoutPiece, HandoutStore } from './ports.ts'

/** What ends or is to be renewed by time alone is looked for this often at most. */
const PLAN_EVERY_MS = 1000
/** So many processes may be first, one after the other. */
const MAX_TRIES = 20
/** How far the clocks of two processes may be apart. */
const MAX_SKEW_MS = 60_000
/** What was taken back is told for so long: a weekend to whoever was away. */
const KEEP_GONE_MS = 3 * 86_400_000
/** As many of them as there is to block are kept, and at least these. */
const FEWEST_GONE = 100_000

/** Pieces and bytes behind the base before everything is written anew; more bytes where the base is larger. */
export interface HandoutLimits {
  readonly mostPieces: number
  readonly fewestBytes: number
}

const LIMITS: HandoutLimits = { mostPieces: 512, fewestBytes: 1_048_576 }

export interface AccountHandoutOptions {
  readonly accountId: number
  readonly decisions: Pick<Decisions, 'snapshot' | 'changesSince' | 'hasChangedSince'>
  readonly store: HandoutStore
  readonly clock: Clock
  readonly limits?: HandoutLimits | undefined
}

/**
 * What the bouncers of one account are told. It is written down before anybody hears of it, so that whatever becomes of this
 * process, it is known what must be taken back.
 */
export class AccountHandout {
  readonly #options: AccountHandoutOptions
  #table = new HandoutTable()
  #revision: Revision | undefined
  #isRead = false
  /** Whether there may be something to tell that time alone did not bring. */
  #isPlanDue = false
  #plannedAtMs = Number.NEGATIVE_INFINITY
  #pieces = 0
  #bytes = 0
  #baseBytes = 0
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: AccountHandoutOptions) {
    this.#options = options
  }

  /**
   * Looks at everything that is to be told now; one after the other, since a piece is taken in in several steps.
   * @param look must not wait: what it sees is true until it returns
   * @param oldestMs how long ago it may have been brought up to date
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  use<Result>(look: (table: HandoutTable) => Result, oldestMs = 0): Promise<Result> {
    const result = this.#queue.then(async () => {
      const ageMs = this.#options.clock.nowMs() - this.#plannedAtMs
      if (ageMs < 0 || ageMs >= oldestMs) await this.#update()
      return look(this.#table)
    })
    this.#queue = result.catch(() => undefined)
    return result
  }

  async #update(): Promise<void> {
    try {
      for (let tries = 0; tries < MAX_TRIES; tries++) if (await this.#tryUpdate()) return
    } catch (error) {
      // whether it was written is not known, and what was read may be half of it
      this.#startAnew()
      throw error
    }
    throw new HoneyjamError('STORE_UNAVAILABLE', 'other processes tell bouncers faster than this one can')
  }

  /** @returns false when another process told something meanwhile */
  async #tryUpdate(): Promise<boolean> {
    const { accountId, store, clock, limits = LIMITS } = this.#options
    if (store.isShared || !this.#isRead) await this.#read()
    await this.#follow()
    const sinceMs = clock.nowMs() - this.#plannedAtMs
    const isEarly = !this.#isPlanDue && sinceMs >= 0 && sinceMs < PLAN_EVERY_MS
    if (isEarly || this.#isBehind()) return true
    const bodies = await this.#table.propose(this.#nowMs(), this.#revision?.position ?? 0)
    if (bodies.length > 0) {
      const afterPosition = this.#table.position
      if (!(await store.appendPiece(accountId, { afterPosition, bodies }))) {
        this.#isRead = false
        return false
      }
      await this.#apply(
        bodies.map((body, part) => ({ position: afterPosition + 1, isBase: false, part, body })),
      )
      const { mostPieces, fewestBytes } = limits
      if (this.#pieces > mostPieces || this.#bytes > Math.max(fewestBytes, 2 * this.#baseBytes))
        await this.#compact()
    }
    this.#plannedAtMs = clock.nowMs()
    this.#isPlanDue = false
    return true
  }

  async #read(): Promise<void> {
    const { accountId, store } = this.#options
    await this.#apply(await store.readPieces(accountId, this.#table.position))
    this.#isRead = true
  }

  async #apply(pieces: readonly HandoutPiece[]): Promise<void> {
    for (const piece of pieces) {
      await this.#table.apply(piece)
      if (piece.isBase && piece.part === 0) this.#countBase()
      this.#count(piece)
      this.#isPlanDue = true
    }
  }

  /** Takes down what is to be blocked. */
  async #follow(): Promise<void> {
    const { accountId, decisions } = this.#options
    const revision = this.#revision
    const hasChanged = revision === undefined || decisions.hasChangedSince(accountId, revision)
    if (!hasChanged && !this.#isBehind()) return
    const answer = revision && (await decisions.changesSince(accountId, revision))
    if (answer?.kind === 'behind') return
    const changes = answer?.kind === 'changes' ? answer.changes : await decisions.snapshot(accountId)
    // half of it taken would be worse than nothing
    this.#revision = undefined
    await this.#table.take(changes)
    this.#revision = changes.revision
    this.#isPlanDue = true
  }

  /** Whether another process has told of operations that are not in effect here yet. */
  #isBehind(): boolean {
    return this.#options.store.isShared && (this.#revision?.position ?? 0) < this.#table.operationPosition
  }

  /** What has ended by the clock of another process is not told again by that of this one. */
  #nowMs(): number {
    const nowMs = this.#options.clock.nowMs()
    const aheadMs = this.#table.atMs - nowMs
    return aheadMs > 0 && aheadMs <= MAX_SKEW_MS ? this.#table.atMs : nowMs
  }

  /** Writes everything anew, without what was taken back long ago. */
  async #compact(): Promise<void> {
    const { accountId, store } = this.#options
    this.#table.forgetGone(this.#nowMs() - KEEP_GONE_MS, FEWEST_GONE)
    const bodies = await this.#table.base()
    const { position } = this.#table
    // when another process wrote one first, there is nothing left to do
    await store.replacePieces(accountId, { position, bodies })
    this.#countBase()
    for (const [part, body] of bodies.entries()) this.#count({ position, isBase: true, part, body })
  }

  #countBase(): void {
    this.#baseBytes = 0
    this.#pieces = 0
    this.#bytes = 0
  }

  #count({ isBase, part, body }: HandoutPiece): void {
    if (isBase) this.#baseBytes += body.length
    else {
      this.#bytes += body.length
      if (part === 0) this.#pieces++
    }
  }

  #startAnew(): void {
    this.#table = new HandoutTable()
    this.#revision = undefined
    this.#isRead = false
    this.#plannedAtMs = Number.NEGATIVE_INFINITY
    this.#countBase()
  }
}
