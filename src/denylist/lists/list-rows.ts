/** Whether a list blocks or protects what is on it. */
export type ListType = 'DENY' | 'ALLOW'

/** What a list holds; one kind a list (OpenAPI of the User API 1.2.27). */
export const RESOURCE_TYPES = ['CIDR', 'COUNTRY', 'CONTINENT', 'AS', 'DATACENTER', 'USERAGENT'] as const
export type ResourceType = (typeof RESOURCE_TYPES)[number]

/** A web site that a list is for. */
export interface ListOrigin {
  /** Protocol and domain, as `https://example.org`. */
  readonly origin: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** `undefined`: never. */
  readonly expiresAtMs?: number
}

/** A list of one account. */
export interface ListKey {
  readonly accountId: number
  /** UUID in lower case, unique in the account. */
  readonly listId: string
}

/**
 * A private list without what is on it. A default list has a row only once it, what is on it or its origins were changed.
 */
export interface PrivateListRow extends ListKey {
  readonly listType: ListType
  readonly resourceType: ResourceType
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** From then on the list and all that is on it count as absent; `undefined`: never. */
  readonly expiresAtMs?: number
  readonly origins: readonly ListOrigin[]
  readonly appliedPosition: number
}

/** Names one element of a private list. */
export interface ElementKey extends ListKey {
  /** Canonical text: a range, a country, a continent, an AS number, the id of a datacenter or a user agent. */
  readonly element: string
}

/** One element of a private list. */
export interface ListElementRow extends ElementKey {
  readonly createdAtMs: number
  /** `undefined`: never. */
  readonly expiresAtMs?: number
  readonly appliedPosition: number
}

/** What an account decided about a public list. */
export interface SelectionRow extends ListKey {
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** From then on the list is off; `undefined`: never. */
  readonly expiresAtMs?: number
  readonly origins: readonly ListOrigin[]
  readonly appliedPosition: number
}

/** Everything the tables hold of the lists of all accounts, expired rows left out. */
export interface ListRows {
  readonly lists: readonly PrivateListRow[]
  /** Those of an expired list may be among them. */
  readonly elements: readonly ListElementRow[]
  readonly selections: readonly SelectionRow[]
}

/**
 * Final states of what changed; each list, element and selection stands in it once. What is removed is to be removed before
 * the rest is written.
 */
export interface ListChanges extends ListRows {
  /** With all that is on them. */
  readonly removedLists: readonly ListKey[]
  readonly removedElements: readonly ElementKey[]
  readonly removedSelections: readonly ListKey[]
}

export const NO_LIST_CHANGES: ListChanges = {
  lists: [],
  elements: [],
  selections: [],
  removedLists: [],
  removedElements: [],
  removedSelections: [],
}

/** Whether a list, element, origin or selection has not expired. */
export function isInForce({ expiresAtMs }: { readonly expiresAtMs?: number }, nowMs: number): boolean {
  return expiresAtMs === undefined || expiresAtMs > nowMs
}
