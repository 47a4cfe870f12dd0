import { type CowrieEvent, isInGroup } from '../cowrie/index.ts'
import {
  type Address,
  classifyPacked,
  isNeverSource,
  type PackedRange,
  packAddress,
  rangeContains,
  unpackAddress,
  WORDS_PER_ADDRESS,
} from '../ip/index.ts'

/** What was seen: the groups of Cowrie's events that can be tracked. */
export type SightingKind = 'login' | 'session'

/** An address seen doing one thing at one time. */
export interface Sighting {
  readonly address: Address
  /** Epoch milliseconds, never in the future. */
  readonly observedAtMs: number
  readonly kind: SightingKind
}

/** Which events and which addresses count. */
export interface SightingRules {
  readonly trackLogin: boolean
  readonly trackSession: boolean
  /** Whether private, loopback, documentation and reserved addresses count: for decoys inside a company network. */
  readonly acceptsPrivate: boolean
  /** Addresses that never count, such as the operator's own scanner. */
  readonly excluded: readonly PackedRange[]
}

/** Why an event is no sighting; the words stand in the summary of a run. */
export const SKIP_REASONS = [
  'not-tracked',
  'no-address',
  'unparsable',
  'never-a-source',
  'private',
  'excluded',
] as const
export type SkipReason = (typeof SKIP_REASONS)[number]

export type Judgement =
  | { readonly kind: 'sighting'; readonly sighting: Sighting }
  /** `address` is there for the reasons that speak of one. */
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly address: Address | undefined }

const GROUP_BY_KIND: Record<SightingKind, string> = { login: 'cowrie.login', session: 'cowrie.session' }

/** The groups of events that the rules want to see, for whoever reads the log. */
export function trackedGroups({ trackLogin, trackSession }: SightingRules): string[] {
  return [...(trackLogin ? [GROUP_BY_KIND.login] : []), ...(trackSession ? [GROUP_BY_KIND.session] : [])]
}

/**
 * Judges one event.
 * @param nowMs epoch milliseconds: the time of events that name none, or one in the future
 */
export function sightingOf(event: CowrieEvent, rules: SightingRules, nowMs: number): Judgement {
  const kind = trackedKind(event.eventid, rules)
  if (kind === undefined) return skipped('not-tracked')
  if (event.src_ip === undefined || event.src_ip === '') return skipped('no-address')
  if (!packAddress(event.src_ip, words, 0)) return skipped('unparsable')
  const address = unpackAddress(words, 0)
  const reason = refusalOf(words, rules)
  if (reason !== undefined) return skipped(reason, address)
  return { kind: 'sighting', sighting: { address, observedAtMs: observedAtMs(event, nowMs), kind } }
}

/**
 * What of an event is tracked. As in the removed module, that is what is left of `eventid` without its last dotted part:
 * `cowrie.session.file_download` is a session, `cowrie.session.file_download.failed` is nothing.
 */
export function trackedKind(
  eventid: string,
  { trackLogin, trackSession }: SightingRules,
): SightingKind | undefined {
  if (trackLogin && isInGroup(eventid, GROUP_BY_KIND.login)) return 'login'
  if (trackSession && isInGroup(eventid, GROUP_BY_KIND.session)) return 'session'
  return undefined
}

/** Why a packed address does not count; `undefined` when it does. */
export function refusalOf(
  packed: Uint32Array,
  { acceptsPrivate, excluded }: SightingRules,
): SkipReason | undefined {
  const addressClass = classifyPacked(packed, 0)
  if (isNeverSource(addressClass)) return 'never-a-source'
  if (addressClass !== 'public' && !acceptsPrivate) return 'private'
  return excluded.some((range) => rangeContains(range, packed, 0)) ? 'excluded' : undefined
}

/**
 * When an address was seen, epoch milliseconds: never in the future, and never before 1970, as a service may refuse a
 * whole report for one such time of a sensor with a broken clock.
 */
export function observedAtMs({ timestampMs }: CowrieEvent, nowMs: number): number {
  return Math.max(0, Math.min(timestampMs ?? nowMs, nowMs))
}

const words = new Uint32Array(WORDS_PER_ADDRESS)

function skipped(reason: SkipReason, address?: Address): Judgement {
  return { kind: 'skipped', reason, address }
}
