import type { DeliveryOutcome, ReportClient } from '../client/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import type { AgentState, Batch } from './agent-state.ts'
import { delayAfter } from './delivery-delay.ts'
import { logDelivered, logUndelivered, type Undelivered } from './delivery-log.ts'
import { persist } from './persist.ts'
import type { RequestTimes } from './request-times.ts'
import type { ReportForm } from './stored-batch.ts'

export interface SenderOptions {
  readonly state: Pick<AgentState, 'hasWork' | 'takeBatch' | 'settle' | 'noteNotTaken'>
  readonly times: Pick<RequestTimes, 'begin' | 'end' | 'hold'>
  readonly client: Pick<ReportClient, 'report'>
  readonly form: ReportForm
  /** Most addresses of one report. */
  readonly batchAddresses: number
  readonly clock: Clock
  readonly logger: Logger
  /** 0 (included) to 1 (excluded); default `Math.random`. */
  readonly random?: () => number
}

/** What one step did. */
export type SendStep =
  | { readonly kind: 'idle' }
  | {
      /** Nothing may be sent before `untilMs`. */
      readonly kind: 'waiting'
      readonly untilMs: number
      readonly reason: WaitReason
    }
  | { readonly kind: 'delivered'; readonly batch: Batch }
  | { readonly kind: 'undelivered'; readonly batch: Batch; readonly outcome: Undelivered }

/** `limit`: the key's limit; `asked`: the service named the time; `failed`, `refused`: after the last report. */
export type WaitReason = 'limit' | 'asked' | 'failed' | 'refused'

/**
 * Delivers what waits, one report at a time, as often as the limit, the service and the last failure allow.
 * While it may not send, nothing is formed: what is seen meanwhile folds into the pending addresses and costs no request.
 */
export class Sender {
  readonly #options: SenderOptions
  #failuresInARow = 0
  #pause: { untilMs: number; lengthMs: number; reason: WaitReason } | undefined

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /**
   * Sends one report if something waits and may go, and takes down what became of it.
   * @param signal gives a request under way up; the report stays and is sent again with the same key
   * @throws HoneyjamError when the state is not a full disk but damaged
   */
  async step(signal: AbortSignal): Promise<SendStep> {
    const { state, clock } = this.#options
    if (!state.hasWork) return IDLE
    const waiting = this.#waiting(clock.nowMs())
    if (waiting !== undefined) return waiting
    const begun = await this.#persist(() => this.#begin(), signal)
    if (begun?.value === undefined) return IDLE
    return begun.value.kind === 'waiting' ? begun.value : await this.#send(begun.value, signal)
  }

  #waiting(nowMs: number): SendStep | undefined {
    if (this.#pause === undefined) return undefined
    const { untilMs, lengthMs, reason } = this.#pause
    // a clock that was set back must not make the pause longer
    const endMs = Math.min(untilMs, nowMs + lengthMs)
    return endMs > nowMs ? { kind: 'waiting', untilMs: endMs, reason } : undefined
  }

  #begin(): BegunRequest | Extract<SendStep, { kind: 'waiting' }> | undefined {
    const { state, times, clock, form, batchAddresses } = this.#options
    const permit = times.begin(clock.nowMs())
    if (permit.kind === 'wait') return { kind: 'waiting', untilMs: permit.untilMs, reason: permit.reason }
    const batch = state.takeBatch(batchAddresses, form)
    return batch === undefined ? undefined : { kind: 'begun', requestId: permit.requestId, batch }
  }

  async #send({ requestId, batch }: BegunRequest, signal: AbortSignal): Promise<SendStep> {
    const { client, times, clock } = this.#options
    const outcome = await client.report(batch.report, { idempotencyKey: batch.idempotencyKey, signal })
    const endedAtMs = clock.nowMs()
    const takeDown =
      outcome.kind === 'accepted'
        ? this.#delivered(batch, outcome)
        : this.#undelivered(batch, outcome, endedAtMs)
    // should the disk not take it before the agent ends, the batch goes out again with its key and counts once
    await this.#persist(() => {
      times.end(requestId, endedAtMs)
      takeDown()
    }, signal)
    return outcome.kind === 'accepted'
      ? { kind: 'delivered', batch }
      : { kind: 'undelivered', batch, outcome }
  }

  /** @returns what must be written down */
  #delivered(batch: Batch, { receiptPath }: Accepted): () => void {
    const { state, logger } = this.#options
    this.#failuresInARow = 0
    this.#pause = undefined
    logDelivered(logger, batch, receiptPath)
    return () => state.settle(batch.id)
  }

  /** @returns what must be written down */
  #undelivered(batch: Batch, outcome: Undelivered, nowMs: number): () => void {
    const { state, times, logger, random = Math.random } = this.#options
    if (outcome.kind !== 'limited') this.#failuresInARow += 1
    const { delayMs, isAsked } = delayAfter(outcome, this.#failuresInARow, random())
    const untilMs = nowMs + delayMs
    const reason = outcome.kind === 'refused' ? 'refused' : 'failed'
    this.#pause = isAsked ? undefined : { untilMs, lengthMs: delayMs, reason }
    logUndelivered(logger, batch, outcome, delayMs)
    return () => {
      if (isAsked) times.hold(untilMs, nowMs)
      if (outcome.kind !== 'failed' || !outcome.mayBeTaken) state.noteNotTaken(batch.id)
    }
  }

  async #persist<Value>(
    write: () => Value,
    signal: AbortSignal,
  ): Promise<{ readonly value: Value } | undefined> {
    const { clock, logger } = this.#options
    return await persist(write, { clock, logger, signal })
  }
}

const IDLE: SendStep = { kind: 'idle' }

type Accepted = Extract<DeliveryOutcome, { kind: 'accepted' }>

interface BegunRequest {
  readonly kind: 'begun'
  readonly requestId: number
  readonly batch: Batch
}
