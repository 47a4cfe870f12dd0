import type { Clock, Logger } from '../runtime/index.ts'
import type { BanKeeper } from './ban-keeper.ts'
import type { DecisionSource } from './decisions/decision-source.ts'
import { HeldDecisions, type Taken } from './decisions/held-decisions.ts'
import type { DecisionsAnswer } from './decisions/read-answer.ts'
import type { Ban } from './ports.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** Clocks that differ by less are taken for equal: an answer takes a while to come. */
const EQUAL_CLOCKS_MS = 5_000

export interface FollowOptions {
  readonly source: DecisionSource
  readonly keeper: BanKeeper
  readonly clock: Clock
  readonly logger: Logger
  /** Told after each answer, and when the service is lost. */
  readonly onState?: (state: FollowState) => void
}

/** How the decisions are coming in. */
export interface FollowState {
  readonly revision: string | undefined
  readonly decisions: number
  /** Epoch milliseconds of the last answer. */
  readonly answeredAtMs: number | undefined
  /** What was computed of the decisions held, the last time that it was what the service says; the instant is by its clock. */
  readonly proof:
    | {
        readonly revision: string
        readonly atMs: number
        readonly checksum: string
        readonly count: number
      }
    | undefined
  /** Why no answers come. */
  readonly failure: string | undefined
}

/**
 * Brings the decisions of the service to the keeper of a firewall until the signal is aborted. While the service is away, the
 * firewall stays as it is; what it missed comes as changes, or whole. A set that is not what the service says is thrown away
 * and asked for anew.
 */
export async function followDecisions(options: FollowOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options
  const follower = new Follower(options)
  let waitMs = FIRST_WAIT_MS
  while (!signal.aborted) {
    const answersBefore = follower.answers
    try {
      await follower.run(signal)
    } catch (error) {
      if (signal.aborted) return
      follower.fail(error instanceof Error ? error.message : String(error))
      logger.warn(
        { err: error, retryInMs: waitMs },
        'no decisions from the service, the firewall stays as it is',
      )
    }
    if (follower.answers > answersBefore) waitMs = FIRST_WAIT_MS
    // up to half as long again, so that many enforcers do not come back at once
    await clock.sleep(waitMs * (1 + Math.random() / 2), signal)
    waitMs = Math.min(LONGEST_WAIT_MS, 2 * waitMs)
  }
}

class Follower {
  answers = 0
  readonly #options: FollowOptions
  readonly #held = new HeldDecisions()
  #serverNowMs: number | undefined
  #clockOffsetMs = 0
  #state: FollowState = {
    revision: undefined,
    decisions: 0,
    answeredAtMs: undefined,
    proof: undefined,
    failure: undefined,
  }

  constructor(options: FollowOptions) {
    this.#options = options
  }

  async run(signal: AbortSignal): Promise<void> {
    const { source, clock } = this.#options
    for await (const { answer, serverNowMs } of source.follow(this.#held.revision, signal)) {
      this.answers++
      // a stream tells the time when it begins, and answers come long after
      if (serverNowMs !== this.#serverNowMs) {
        this.#serverNowMs = serverNowMs
        const differenceMs = serverNowMs === undefined ? 0 : clock.nowMs() - serverNowMs
        this.#clockOffsetMs = Math.abs(differenceMs) < EQUAL_CLOCKS_MS ? 0 : differenceMs
      }
      await this.#take(answer)
    }
  }

  fail(failure: string): void {
    this.#tell({ failure })
  }

  async #take(answer: DecisionsAnswer): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const taken = this.#held.take(answer)
    const { proof: wanted, atMs, revision } = answer
    const sum = wanted === undefined ? undefined : this.#held.sumAt(atMs)
    if (sum?.checksum !== wanted?.checksum || sum?.count !== wanted?.count) {
      this.#held.forget()
      throw new Error(
        `the decisions held are not those of revision ${answer.revision}, all of them are asked for again`,
      )
    }
    const proof = sum === undefined ? this.#state.proof : { ...sum, revision, atMs }
    await this.#bringAbout(taken)
    this.#tell({
      revision: answer.revision,
      decisions: this.#held.size,
      answeredAtMs: nowMs,
      proof,
      failure: undefined,
    })
  }

  /** What the firewall refuses is no fault of the service: the keeper is behind and catches up. */
  async #bringAbout(taken: Taken): Promise<void> {
    const { keeper, logger } = this.#options
    try {
      if (taken.kind === 'whole') await keeper.replace(this.#local(this.#held.list()))
      else {
        const { denied, released } = taken.change
        if (denied.length + released.length === 0) return
        await keeper.change({ denied: [...this.#local(denied)], released })
      }
    } catch (error) {
      logger.error({ err: error }, 'the firewall did not take the change, it is tried again')
    }
  }

  /** With ends by the clock of this host. */
  *#local(bans: Iterable<Ban>): Iterable<Ban> {
    for (const { network, expiresAtMs } of bans)
      yield { network, expiresAtMs: expiresAtMs + this.#clockOffsetMs }
  }

  #tell(change: Partial<FollowState>): void {
    this.#state = { ...this.#state, ...change }
    this.#options.onState?.(this.#state)
  }
}
