import type { JobFigures } from './jobs.ts'

const WHAT_WIDTH = 58

/** One figure on a line, with its bar where it has one. */
export function printFigure(what: string, figure: string, bar?: { isMet: boolean; text: string }): void {
  const verdict = bar === undefined ? '' : `  (${bar.text}: ${bar.isMet ? 'met' : 'missed'})`
  console.log(`  ${what.padEnd(WHAT_WIDTH)}${figure}${verdict}`)
}

export function printHead(text: string): void {
  console.log(`\n${text}`)
}

/** Whole numbers with separators. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Latencies as text. */
export function latencies({
  p50Ms,
  p99Ms,
  worstMs,
}: Pick<JobFigures, 'p50Ms' | 'p99Ms' | 'worstMs'>): string {
  return `p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(1)} ms, worst ${worstMs.toFixed(0)} ms`
}

/** Errors as text; `undefined` when there are none. */
export function errorsText({ errors }: Pick<JobFigures, 'errors'>): string {
  const kinds = Object.entries(errors)
  return kinds.length === 0 ? 'no errors' : kinds.map(([what, times]) => `${times} x ${what}`).join(', ')
}
