/** Median, 99th percentile and the largest of latencies in milliseconds. */
export function quantilesOf(latenciesMs: readonly number[]) {
  const sorted = Float64Array.from(latenciesMs).toSorted()
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  return { p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) }
}
