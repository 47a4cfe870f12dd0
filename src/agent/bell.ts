/** Lets one loop wait for another one's word. A ring while nobody waits is kept for the next who does. */
export class Bell {
  #isRung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#isRung = true
    this.#wake?.()
  }

  /** Resolves after the next ring, or at once when `signal` is aborted; one waiter at a time. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = () => {
          signal.removeEventListener('abort', this.#wake!)
          resolve()
        }
        signal.addEventListener('abort', this.#wake, { once: true })
      })
      this.#wake = undefined
    }
    this.#isRung = false
  }
}
