/**
 * Lets long work share the event loop: in one turn of it only so much is admitted, first come, first served, and what is
 * ready meanwhile (other requests, timers) comes between. So nothing light waits for more than one turn's work.
 */
export class Turns {
  readonly #roomOfTurn: number
  readonly #waiting: { readonly weight: number; admit(): void }[] = []
  #room: number
  #isScheduled = false

  /** @param roomOfTurn weight that is admitted in one turn; the last of them may exceed it */
  constructor(roomOfTurn: number) {
    this.#roomOfTurn = roomOfTurn
    this.#room = roomOfTurn
  }

  /** Resolves when work of this weight may run, in the order of the calls; at once while this turn has room. */
  async admit(weight: number): Promise<void> {
    this.#schedule()
    if (this.#waiting.length === 0 && this.#room > 0) {
      this.#room -= weight
      return
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.push({ weight, admit: resolve })
    await promise
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#begin())
  }

  /** A new turn. */
  #begin(): void {
    this.#isScheduled = false
    this.#room = this.#roomOfTurn
    while (this.#room > 0) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      this.#room -= next.weight
      next.admit()
    }
    this.#schedule()
  }
}
