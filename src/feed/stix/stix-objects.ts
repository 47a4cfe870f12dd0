import type { Range } from '../../ip/index.ts'
import { namedUuid } from '../named-uuid.ts'

const SPEC_VERSION = '2.1'

/** Whose objects they are. */
export interface StixSource {
  /** UUID of what an account is to block. */
  readonly uuid: string
  /** Epoch milliseconds; no object is older. */
  readonly createdAtMs: number
}

/** A network that is to be blocked, as an indicator says it. */
export interface StixDecision {
  readonly network: Range
  /** Epoch milliseconds since which this holds as it is. */
  readonly sinceMs: number
  /** Epoch milliseconds; infinite: until it is taken off. */
  readonly expiresAtMs: number
  /** A sentence without a full stop. Users wrote a part of it. */
  readonly reason: string
}

/** An object of STIX 2.1. */
export type StixObject = Readonly<Record<string, unknown>>

/** Says who made the indicators (STIX 2.1 section 4.5). */
export function stixIdentity({ uuid, createdAtMs }: StixSource): StixObject {
  const created = stixTime(createdAtMs)
  return {
    type: 'identity',
    spec_version: SPEC_VERSION,
    id: identityIdOf(uuid),
    created,
    modified: created,
    name: 'honeyjam',
    identity_class: 'system',
  }
}

/**
 * An indicator (STIX 2.1 section 4.7). Its id is that of the network, so that a later one about it is a newer version; it says
 * when it ends, as TAXII has no word for what is taken off.
 */
export function stixIndicator(
  { uuid, createdAtMs }: StixSource,
  { network, sinceMs, expiresAtMs, reason }: StixDecision,
): StixObject {
  const isIpv4 = !network.includes(':')
  const isSingle = network.endsWith(isIpv4 ? '/32' : '/128')
  const value = isSingle ? network.slice(0, network.indexOf('/')) : network
  return {
    type: 'indicator',
    spec_version: SPEC_VERSION,
    id: `indicator--${namedUuid(uuid, network)}`,
    created_by_ref: identityIdOf(uuid),
    created: stixTime(createdAtMs),
    modified: stixTime(Math.max(createdAtMs, sinceMs)),
    name: value,
    description: `${reason}.`,
    indicator_types: ['malicious-activity'],
    pattern: `[${isIpv4 ? 'ipv4' : 'ipv6'}-addr:value ${isSingle ? '=' : 'ISSUBSET'} '${value}']`,
    pattern_type: 'stix',
    valid_from: stixTime(sinceMs),
    ...(expiresAtMs !== Infinity && { valid_until: stixTime(expiresAtMs) }),
  }
}

/** With milliseconds and in UTC (STIX 2.1 section 2.16). */
export function stixTime(atMs: number): string {
  return new Date(atMs).toISOString()
}

function identityIdOf(uuid: string): string {
  return `identity--${namedUuid(uuid, 'identity')}`
}
