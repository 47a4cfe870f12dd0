import type {
  UsageAnswer,
  UsageBatch,
  UsageLimit,
  UsageStore,
  UsageSubject,
} from '../../src/accounts/index.ts'

/** A store of counts as the words of its port say it, in memory; processes may share it. */
export class UsageModel implements UsageStore {
  readonly #counts = new Map<string, Map<number, number>>()

  takeUsage(batch: UsageBatch): Promise<readonly UsageAnswer[]> {
    return Promise.resolve(this.take(batch))
  }

  forgetUsage(beforeMs: number): Promise<void> {
    for (const counts of this.#counts.values())
      for (const atMs of counts.keys()) if (atMs <= beforeMs) counts.delete(atMs)
    return Promise.resolve()
  }

  take({ corrections, asks }: UsageBatch): UsageAnswer[] {
    for (const correction of corrections) this.#add(correction, correction.atMs, correction.delta)
    return asks.map(({ limits, wanted }) => {
      const counted = limits.map((limit) => this.#countedBy(limit))
      const used = counted.map((times) => times.reduce((sum, [, count]) => sum + count, 0))
      const granted = Math.max(0, Math.min(wanted, ...limits.map(({ limit }, index) => limit - used[index]!)))
      if (granted > 0) for (const limit of limits) this.#take(limit, granted)
      const oldestAtMs = counted.map((times) =>
        times.length === 0 ? null : Math.min(...times.map(([at]) => at)),
      )
      return { granted, used, oldestAtMs }
    })
  }

  /** What is too old for whoever takes is forgotten. */
  #take(limit: UsageLimit, granted: number): void {
    const counts = this.#of(limit)
    for (const atMs of counts.keys()) if (atMs <= limit.sinceMs) counts.delete(atMs)
    this.#add(limit, limit.atMs, granted)
  }

  #countedBy({ sinceMs, untilMs, ...subject }: UsageLimit): [number, number][] {
    return [...this.#of(subject)].filter(([atMs, count]) => atMs > sinceMs && atMs <= untilMs && count > 0)
  }

  #add(subject: UsageSubject, atMs: number, delta: number): void {
    const counts = this.#of(subject)
    counts.set(atMs, Math.max(0, (counts.get(atMs) ?? 0) + delta))
  }

  #of({ accountId, meter, subjectId }: UsageSubject): Map<number, number> {
    const id = `${accountId} ${meter} ${subjectId}`
    const counts = this.#counts.get(id) ?? new Map<number, number>()
    this.#counts.set(id, counts)
    return counts
  }
}
