const SECOND_MS = 1_000
const SECONDS = 60

/** How many there were in the last minute, to the second: 720 bytes, however many there are. */
export class RecentCount {
  readonly #bySecond = new Uint32Array(SECONDS)
  /** Which second, since 1970, each number belongs to. */
  readonly #seconds = new Float64Array(SECONDS)

  add(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS)
    const slot = second % SECONDS
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second
      this.#bySecond[slot] = 0
    }
    this.#bySecond[slot] = (this.#bySecond[slot] ?? 0) + 1
  }

  count(nowMs: number): number {
    const newest = Math.floor(nowMs / SECOND_MS)
    return this.#bySecond.reduce((sum, count, slot) => {
      const second = this.#seconds[slot] ?? 0
      return second > newest - SECONDS && second <= newest ? sum + count : sum
    }, 0)
  }
}
