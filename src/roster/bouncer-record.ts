import type { Member } from './ports.ts'

/**
 * A bouncer of CrowdSec by its last request; who it is follows from its key, its address and its name. Times are epoch
 * milliseconds by the service's clock.
 */
export interface BouncerRecord extends Member {
  /** What it calls itself in `User-Agent`, without the version; foreign text, printable. */
  readonly name: string
  readonly version: string
  /** From which it asks; empty when it is not known. */
  readonly address: string
  /** When it told of itself last; `null`: not yet. */
  readonly metricsAtMs: number | null
  /** What it told then, as JSON: an array of `[name, unit, value]`. */
  readonly metrics: string
  /** Positions of some of its last answers, oldest first, separated by spaces; see `src/bouncers/arrival.ts`. */
  readonly marks: string
  readonly markedAtMs: number
}
