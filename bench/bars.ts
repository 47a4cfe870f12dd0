/** What reading an old log must reach, in one run on one machine. */
import type { Figures } from './measure.ts'

/** At most so many times the time of `grep -c`. */
const GREP_TIMES = 3
/** At least so many times as fast as `jq`. */
const JQ_TIMES = 6
const PEAK_MB = 120

export interface Compared {
  readonly once: Figures
  readonly grep: Figures
  readonly jq: Figures
}

/** One line for each bar: what was seen, what is asked for, and whether it was met. */
export function renderBars({ once, grep, jq }: Compared): string[] {
  const byGrep = once.wallSeconds / grep.wallSeconds
  const byJq = jq.wallSeconds / once.wallSeconds
  return [
    `time: ${byGrep.toFixed(2)} times grep -c, at most ${GREP_TIMES}: ${verdict(byGrep <= GREP_TIMES)}`,
    `time: ${byJq.toFixed(2)} times as fast as jq, at least ${JQ_TIMES}: ${verdict(byJq >= JQ_TIMES)}`,
    `memory: ${once.peakMb.toFixed(0)} MB at its peak, below ${PEAK_MB}: ${verdict(once.peakMb < PEAK_MB)}`,
  ]
}

function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'missed'
}
