import type { DecisionOrigin } from '../../../denylist/index.ts'
import {
  type StixObject,
  type StixSource,
  stixIdentity,
  stixIndicator,
  stixTime,
} from '../../../feed/stix/index.ts'
import type { AddedDecisions } from './added-decisions.ts'

/** An object with the time at which it came to the collection. */
export interface AddedObject {
  readonly object: StixObject
  /** Epoch milliseconds. */
  readonly addedAtMs: number
}

/** The objects of a collection: who made them, and an indicator for each decision. The first one came before all others. */
export class TaxiiObjects {
  readonly identity: AddedObject
  readonly #source: StixSource
  readonly #listedAtMs: (origin: DecisionOrigin) => number

  /** @param listedAtMs epoch milliseconds since which a list is as it is */
  constructor(source: StixSource, listedAtMs: (origin: DecisionOrigin) => number) {
    this.#source = source
    this.#listedAtMs = listedAtMs
    this.identity = { object: stixIdentity(source), addedAtMs: 0 }
  }

  indicator({ ranked, addedAtMs }: AddedDecisions, entry: number): AddedObject {
    const origin = ranked.originOf(entry)
    const isReported = origin.kind === 'reported'
    const object = stixIndicator(this.#source, {
      network: ranked.networkOf(entry),
      sinceMs: isReported ? ranked.reportedAtMsOf(entry) : this.#listedAtMs(origin),
      expiresAtMs: ranked.expiresAtMsOf(entry),
      reason: isReported ? `Reported as ${origin.dataset}` : `On the list ${JSON.stringify(origin.name)}`,
    })
    return { object, addedAtMs: addedAtMs[entry] ?? 0 }
  }
}

/** A line of the manifest (TAXII 2.1 section 5.3.1). */
export function manifestRecordOf({ object, addedAtMs }: AddedObject): StixObject {
  return {
    id: object['id'],
    date_added: stixTime(addedAtMs),
    version: object['modified'],
    media_type: 'application/stix+json;version=2.1',
  }
}
