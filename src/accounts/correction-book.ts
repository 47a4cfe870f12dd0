import type { UsageCorrection } from './usage-store.ts'

/** More than an outage brings together; what comes on top is dropped. */
const MAX_WAITING = 10_000

/** Corrections on their way to the store, added up by subject and time. */
export class CorrectionBook {
  readonly #waiting = new Map<string, UsageCorrection>()

  get size(): number {
    return this.#waiting.size
  }

  add(correction: UsageCorrection): void {
    const { accountId, meter, subjectId, atMs, delta } = correction
    const id = `${accountId} ${meter} ${subjectId} ${atMs}`
    const known = this.#waiting.get(id)
    if (known === undefined && this.#waiting.size >= MAX_WAITING) return
    this.#waiting.set(id, { accountId, meter, subjectId, atMs, delta: delta + (known?.delta ?? 0) })
  }

  /** Takes up to `limit` of them out. */
  take(limit: number): readonly UsageCorrection[] {
    const taken: UsageCorrection[] = []
    for (const [id, correction] of this.#waiting) {
      if (taken.length === limit) break
      this.#waiting.delete(id)
      if (correction.delta !== 0) taken.push(correction)
    }
    return taken
  }

  /**
   * Takes in again what the store perhaps did not get. What it was to give back is dropped: given back twice it would grant
   * more than the limit.
   */
  addAgain(corrections: readonly UsageCorrection[]): void {
    for (const correction of corrections) if (correction.delta > 0) this.add(correction)
  }
}
