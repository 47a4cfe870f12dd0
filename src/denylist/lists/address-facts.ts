import type { Address } from '../../ip/index.ts'
import type { ResourceType } from './list-rows.ts'

/** What is known of where an address belongs; what is not known is left out. */
export interface AddressFactsOf {
  readonly asn?: number
  /** ISO 3166-1 alpha-2. */
  readonly country?: string
  readonly continent?: string
  /** Id, as on a list. */
  readonly datacenter?: string
}

/** Knows where addresses belong: for lists of autonomous systems, countries, continents and datacenters. */
export interface AddressFacts {
  /** Quick and without waiting: it is asked for each address that is looked at. */
  factsOf(address: Address): AddressFactsOf
}

/** Knows nothing, so that such lists hold no address. */
export const NO_FACTS: AddressFacts = { factsOf: () => ({}) }

/** The element of a list of this kind that would hold the address; user agents say nothing of addresses. */
export function elementOf(resourceType: ResourceType, facts: AddressFactsOf): string | undefined {
  return ELEMENTS[resourceType](facts)
}

const ELEMENTS: Readonly<Record<ResourceType, (facts: AddressFactsOf) => string | undefined>> = {
  AS: ({ asn }) => asn?.toString(),
  COUNTRY: ({ country }) => country,
  CONTINENT: ({ continent }) => continent,
  DATACENTER: ({ datacenter }) => datacenter,
  CIDR: () => undefined,
  USERAGENT: () => undefined,
}
