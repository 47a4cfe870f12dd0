import type { BouncerRecord } from '../roster/index.ts'
import type { Arrival } from './arrival.ts'

/**
 * Which bouncer. LAPI tells those that share a key apart by their address; two on one host often differ in what they are, so
 * that their name counts as well.
 */
export interface BouncerId {
  readonly accountId: number
  readonly keyId: number
  /** What it calls itself in `User-Agent`, without the version; foreign text, printable. */
  readonly name: string
  /** From which it asks; empty when it is not known. */
  readonly address: string
}

/** A number that a bouncer told of itself; texts are foreign. */
export interface BouncerMetric {
  readonly name: string
  readonly unit: string
  readonly value: number
}

/** A bouncer by its last request. Times are epoch milliseconds by the service's clock. */
export interface Bouncer extends BouncerId, Arrival {
  readonly version: string
  readonly lastSeenAtMs: number
  /** When it told of itself last; `null`: not yet. */
  readonly metricsAtMs: number | null
  /** What it told then. */
  readonly metrics: readonly BouncerMetric[]
}

/** Its name among the members of its account. */
export function memberIdOf({ keyId, name, address }: BouncerId): string {
  return `${keyId} ${address} ${name}`
}

/** What of it is remembered, but for who it is and when it was seen. */
export function recordOf({
  name,
  address,
  version,
  metricsAtMs,
  metrics,
  marks,
  markedAtMs,
}: Bouncer): Omit<BouncerRecord, 'accountId' | 'keyId' | 'memberId' | 'lastSeenAtMs'> {
  const texts = metrics.map((metric) => [metric.name, metric.unit, metric.value])
  return {
    name,
    address,
    version,
    metricsAtMs,
    metrics: JSON.stringify(texts),
    marks: marks.join(' '),
    markedAtMs,
  }
}

/** The reverse of {@link recordOf}. */
export function bouncerOf({ metrics, marks, ...record }: BouncerRecord): Bouncer {
  const texts = JSON.parse(metrics) as readonly (readonly [string, string, number])[]
  return {
    ...record,
    metrics: texts.map(([name, unit, value]) => ({ name, unit, value })),
    marks: marks.split(' ').map(Number),
  }
}
