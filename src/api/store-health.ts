/** How long one failure counts: a service that gets no requests must become ready again on its own. */
const FAILURE_COUNTS_MS = 30_000

/** Remembers whether the last operation could be put on stable storage. */
export class StoreHealth {
  #failedAtMs: number | undefined

  succeeded(): void {
    this.#failedAtMs = undefined
  }

  failed(nowMs: number): void {
    this.#failedAtMs = nowMs
  }

  isFailing(nowMs: number): boolean {
    // either way, as the clock may have been set back
    return this.#failedAtMs !== undefined && Math.abs(nowMs - this.#failedAtMs) < FAILURE_COUNTS_MS
  }
}
