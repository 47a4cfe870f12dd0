import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/runtime/index.ts'

interface Sleeper {
  untilMs: number
  readonly wake: () => void
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number
  readonly #sleepers = new Set<Sleeper>()
  readonly #watchers = new Set<() => void>()

  constructor(nowMs = Date.UTC(2026, 10, 24, 12)) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper: Sleeper = { untilMs: this.#nowMs + milliseconds, wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake, { once: true })
      for (const watch of this.#watchers) watch()
    })
  }

  /** When the next sleeper wakes, epoch milliseconds. */
  get nextWakeMs(): number | undefined {
    const times = [...this.#sleepers].map(({ untilMs }) => untilMs)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** Moves the time on, from sleeper to sleeper, and lets each do what it does at once. */
  async advance(milliseconds: number): Promise<void> {
    const endMs = this.#nowMs + milliseconds
    for (;;) {
      const due = [...this.#sleepers].filter(({ untilMs }) => untilMs <= endMs).toSorted(byTime)[0]
      if (due === undefined) break
      this.#nowMs = Math.max(this.#nowMs, due.untilMs)
      due.wake()
      await turn()
    }
    this.#nowMs = endMs
  }

  /** Sets the time as an operator or a time server does: sleepers sleep on for as long as they would have. */
  set(nowMs: number): void {
    for (const sleeper of this.#sleepers) sleeper.untilMs += nowMs - this.#nowMs
    this.#nowMs = nowMs
  }

  /** Resolves once somebody sleeps until `untilMs` or later (any time by default). */
  async untilSleeping(untilMs = 0): Promise<void> {
    while (![...this.#sleepers].some((sleeper) => sleeper.untilMs >= untilMs)) {
      await new Promise<void>((resolve) => {
        const watch = () => {
          this.#watchers.delete(watch)
          resolve()
        }
        this.#watchers.add(watch)
      })
    }
  }
}

function byTime(a: Sleeper, b: Sleeper): number {
  return a.untilMs - b.untilMs
}
