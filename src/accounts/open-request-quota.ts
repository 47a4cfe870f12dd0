import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'
import { CorrectionBook } from './correction-book.ts'
import { KeyAllowance } from './key-allowance.ts'
import { statesOf, usageLimitOf } from './quota-windows.ts'
import type { QuotaOutcome, QuotaStamp, QuotaState, QuotaWindow, RequestQuota } from './request-quota.ts'
import type { UsageAnswer, UsageBatch, UsageCorrection, UsageStore } from './usage-store.ts'

const SWEEP_EVERY_MS = 1_000
const FORGET_EVERY_MS = 3_600_000
/** No window that slides is longer, so that nobody asks for what is older. */
const FORGET_AFTER_MS = 120_000
/** A store that does not answer for so long is taken for away. */
const PATIENCE_MS = 2_000
/** For so long nobody waits for a store that is away. */
const ALONE_MS = 5_000
/** In one transaction. */
const MAX_ASKS = 200
const MAX_CORRECTIONS = 1_000

export interface OpenRequestQuotaOptions {
  readonly store: UsageStore
  readonly clock: Clock
  readonly logger: Logger
}

/** Begins to count; nothing is read until somebody asks. */
export function openRequestQuota(options: OpenRequestQuotaOptions): RequestQuota {
  return new StoredRequestQuota(options)
}

/** Requests that wait for the store's answer, all with the same windows. */
interface Question {
  readonly windows: readonly QuotaWindow[]
  readonly allowance: KeyAllowance
  readonly answerTo: ((outcome: QuotaOutcome) => void)[]
}

interface Look {
  readonly windows: readonly QuotaWindow[]
  readonly answerTo: (states: readonly QuotaState[]) => void
}

class StoredRequestQuota implements RequestQuota {
  readonly #options: OpenRequestQuotaOptions
  readonly #allowances = new Map<string, KeyAllowance>()
  readonly #questions = new Map<string, Question>()
  readonly #looks: Look[] = []
  readonly #corrections = new CorrectionBook()
  readonly #closing = new AbortController()
  #pumping: Promise<void> | undefined
  #isSweepDue = false
  #isFailing = false
  #aloneUntilMs = -Infinity
  #forgotAtMs = -Infinity

  constructor(options: OpenRequestQuotaOptions) {
    this.#options = options
  }

  async take(windows: readonly QuotaWindow[]): Promise<QuotaOutcome> {
    const nowMs = this.#options.clock.nowMs()
    const id = idOf(windows)
    const allowance = this.#allowanceOf(id)
    const outcome = allowance.decide(windows, nowMs)
    if (outcome !== undefined) return outcome
    if (this.#isAlone(nowMs)) return this.#decideAlone(allowance, windows, nowMs)
    const { promise, resolve } = Promise.withResolvers<QuotaOutcome>()
    const question = this.#questions.get(id)
    if (question === undefined) this.#questions.set(id, { windows, allowance, answerTo: [resolve] })
    else question.answerTo.push(resolve)
    this.#pump()
    return await promise
  }

  async look(windows: readonly QuotaWindow[]): Promise<readonly QuotaState[]> {
    const nowMs = this.#options.clock.nowMs()
    if (this.#isAlone(nowMs)) return this.#allowanceOf(idOf(windows)).statesAlone(windows, nowMs)
    const { promise, resolve } = Promise.withResolvers<readonly QuotaState[]>()
    this.#looks.push({ windows, answerTo: resolve })
    this.#pump()
    return await promise
  }

  giveBack({ stamps }: QuotaOutcome): void {
    for (const stamp of stamps) this.#corrections.add({ ...stamp, delta: -1 })
    this.#sweepLater()
  }

  note(stamp: QuotaStamp): void {
    this.#corrections.add({ ...stamp, delta: 1 })
    this.#sweepLater()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#release(true)
    do {
      this.#pump()
      await this.#pumping
    } while (this.#corrections.size > 0 && !this.#isFailing)
  }

  #allowanceOf(id: string): KeyAllowance {
    const known = this.#allowances.get(id)
    if (known !== undefined) return known
    const allowance = new KeyAllowance()
    this.#allowances.set(id, allowance)
    return allowance
  }

  #isAlone(nowMs: number): boolean {
    // a clock that was set back does not prolong it
    return nowMs < this.#aloneUntilMs && this.#aloneUntilMs - nowMs <= ALONE_MS
  }

  #decideAlone(allowance: KeyAllowance, windows: readonly QuotaWindow[], nowMs: number): QuotaOutcome {
    const outcome = allowance.decideAlone(windows, nowMs)
    for (const stamp of outcome.stamps) this.note(stamp)
    return outcome
  }

  #pump(): void {
    this.#pumping ??= this.#work().finally(() => {
      this.#pumping = undefined
      // who came while this one ended
      if (this.#questions.size > 0 || this.#looks.length > 0) this.#pump()
    })
  }

  async #work(): Promise<void> {
    // whoever asks in this turn of the event loop is in the first batch
    await Promise.resolve()
    do await this.#exchange()
    while (this.#questions.size > 0 || this.#looks.length > 0 || this.#corrections.size >= MAX_CORRECTIONS)
    await this.#forgetOld()
  }

  /** One transaction. */
  async #exchange(): Promise<void> {
    const askedAtMs = this.#options.clock.nowMs()
    const questions = this.#nextQuestions()
    const looks = this.#looks.splice(0, MAX_ASKS)
    for (const { windows } of looks) this.#releaseOf(windows, askedAtMs)
    for (const { allowance } of questions) this.#correct(allowance.release(askedAtMs, true))
    const corrections = this.#corrections.take(MAX_CORRECTIONS)
    if (questions.length + looks.length + corrections.length === 0) return
    const asks = [
      ...questions.map(({ allowance, windows, answerTo }) =>
        allowance.ask(windows, answerTo.length, askedAtMs),
      ),
      ...looks.map(({ windows }) => ({
        limits: windows.map((window) => usageLimitOf(window, askedAtMs, askedAtMs)),
        wanted: 0,
      })),
    ]
    const answers = await this.#ask({ corrections, asks })
    const nowMs = this.#options.clock.nowMs()
    for (const [index, question] of questions.entries())
      this.#answer(question, answers?.[index], { askedAtMs, nowMs })
    for (const [index, { windows, answerTo }] of looks.entries()) {
      const answer = answers?.[questions.length + index]
      if (answer === undefined) answerTo(this.#allowanceOf(idOf(windows)).statesAlone(windows, nowMs))
      else answerTo(statesOf(windows, answer, { taken: 0, nowMs: askedAtMs }))
    }
  }

  /** So that whoever looks does not take for used what was taken ahead here. */
  #releaseOf([first]: readonly QuotaWindow[], nowMs: number): void {
    const ofAccount = `${first?.accountId} `
    for (const [id, allowance] of this.#allowances)
      if (id.startsWith(ofAccount)) this.#correct(allowance.release(nowMs, true))
  }

  #nextQuestions(): readonly Question[] {
    const taken: Question[] = []
    for (const [id, question] of this.#questions) {
      if (taken.length === MAX_ASKS) break
      this.#questions.delete(id)
      taken.push(question)
    }
    return taken
  }

  #answer(
    { windows, allowance, answerTo }: Question,
    answer: UsageAnswer | undefined,
    times: { readonly askedAtMs: number; readonly nowMs: number },
  ): void {
    if (answer === undefined) {
      for (const resolve of answerTo) resolve(this.#decideAlone(allowance, windows, times.nowMs))
      return
    }
    const outcomes = allowance.settle(windows, answer, { ...times, requests: answerTo.length })
    for (const [index, outcome] of outcomes.entries()) answerTo[index]?.(outcome)
    if (answer.granted > answerTo.length) this.#sweepLater()
  }

  /** @returns `undefined` when the store is away */
  async #ask(batch: UsageBatch): Promise<readonly UsageAnswer[] | undefined> {
    const { store, clock, logger } = this.#options
    const answered = new AbortController()
    try {
      const late = clock.sleep(PATIENCE_MS, answered.signal).then(() => undefined)
      const answers = await Promise.race([store.takeUsage(batch), late])
      if (answers === undefined) throw new HoneyjamError('STORE_UNAVAILABLE', 'no answer came in time')
      if (this.#isFailing) logger.info('counts of requests are written again')
      this.#isFailing = false
      return answers
    } catch (error) {
      if (!(error instanceof HoneyjamError)) throw error
      this.#corrections.addAgain(batch.corrections)
      this.#aloneUntilMs = clock.nowMs() + ALONE_MS
      if (!this.#isFailing)
        logger.warn({ err: error }, 'counts of requests are not written: limits hold for this process alone')
      this.#isFailing = true
      return undefined
    } finally {
      answered.abort()
    }
  }

  #correct(corrections: readonly UsageCorrection[]): void {
    for (const correction of corrections) this.#corrections.add(correction)
  }

  /** Sees to what is left over, once: while nobody asks, nothing runs. */
  #sweepLater(): void {
    const { signal } = this.#closing
    if (this.#isSweepDue || signal.aborted) return
    this.#isSweepDue = true
    void this.#options.clock.sleep(SWEEP_EVERY_MS, signal).then(() => {
      this.#isSweepDue = false
      if (signal.aborted) return
      if (this.#release(false)) this.#sweepLater()
      this.#pump()
    })
  }

  /** @returns whether something is still out */
  #release(isEnd: boolean): boolean {
    const nowMs = this.#options.clock.nowMs()
    let isOut = false
    for (const [id, allowance] of this.#allowances) {
      this.#correct(allowance.release(nowMs, isEnd))
      if (allowance.isIdle(nowMs)) this.#allowances.delete(id)
      else isOut ||= allowance.hasAhead
    }
    return isOut
  }

  async #forgetOld(): Promise<void> {
    const { store, clock } = this.#options
    const nowMs = clock.nowMs()
    if (Math.abs(nowMs - this.#forgotAtMs) < FORGET_EVERY_MS || this.#isFailing) return
    this.#forgotAtMs = nowMs
    this.#release(false)
    await store.forgetUsage(nowMs - FORGET_AFTER_MS).catch((error: unknown) => {
      // it is tried again in an hour, and whoever asks does not wait for it
      if (!(error instanceof HoneyjamError)) throw error
    })
  }
}

function idOf(windows: readonly QuotaWindow[]): string {
  const [first] = windows
  return first === undefined ? '' : `${first.accountId} ${first.meter} ${first.subjectId}`
}
