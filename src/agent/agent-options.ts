import { createHash } from 'node:crypto'
import { packRange } from '../ip/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import type { AgentConfig } from './config.ts'
import type { SightingRules } from './sighting.ts'
import type { ReportForm } from './stored-batch.ts'

/** A Report API, and the key for it. */
export interface AgentTarget {
  /** Where reports are posted, path included. */
  readonly apiUrl: string
  readonly bearerToken: string
}

/** What following and reading once have in common, whatever they report to. */
export interface AgentOptions {
  readonly config: AgentConfig
  /** From when the time to live counts: the newest sighting, or the arrival at the service. */
  readonly ttlFrom: 'event' | 'arrival'
  /** Holds everything that must outlive the process; made (mode 0700) where absent. */
  readonly stateDirectory: string
  readonly clock: Clock
  readonly logger: Logger
  /** Ends the work in good order. */
  readonly signal: AbortSignal
  /** Default `honeyjam`. */
  readonly userAgent?: string
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string
  /** 0 (included) to 1 (excluded); default `Math.random`. */
  readonly random?: () => number
}

export function rulesOf({ trackLogin, trackSession, privateAddresses, exclude }: AgentConfig): SightingRules {
  return {
    trackLogin,
    trackSession,
    acceptsPrivate: privateAddresses === 'accept',
    excluded: exclude.map((range) => packRange(range)).filter((range) => range !== undefined),
  }
}

export function formOf({ config, ttlFrom }: Pick<AgentOptions, 'config' | 'ttlFrom'>): ReportForm {
  const { category, ttlSeconds, tags } = config
  return { type: category, ttlSeconds, tags, withTimes: ttlFrom === 'event' }
}

/** Tells the keys of the targets apart without holding them. */
export function keyIdOf({ apiUrl, bearerToken }: AgentTarget): string {
  return digestOf([apiUrl, bearerToken])
}

/** 128 bits of SHA-256, in hex. */
export function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
