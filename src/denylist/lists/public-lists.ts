import type { Address, PackedRange } from '../../ip/index.ts'
import { derivedId } from './default-lists.ts'
import type { PrivateListRow } from './list-rows.ts'

/** A list that the service keeps and accounts switch on. */
export type PublicListInfo = Pick<
  PrivateListRow,
  'listId' | 'listType' | 'resourceType' | 'name' | 'description' | 'tags' | 'createdAtMs' | 'updatedAtMs'
>

/** The public lists there are. */
export interface PublicListCatalogue {
  list(): readonly PublicListInfo[]
  /** Quick and without waiting: it is asked for each address that is looked at. */
  covers(listId: string, address: Address, nowMs: number): boolean
  /** Says what is on the lists: the same text for the same content, in every process. */
  readonly version: string
  /** What is on a CIDR list; what ended may be among it. It changes with `version` only. */
  networksOf(listId: string): Iterable<PublicNetwork>
}

/** A network on a public list. */
export interface PublicNetwork {
  readonly range: PackedRange
  /** Epoch milliseconds; `undefined`: as long as it is on the list. */
  readonly expiresAtMs?: number
}

/** What many reporters agree on; how it is filled is not decided here. */
const COMMUNITY_REPORTED_LIST: PublicListInfo = {
  listId: derivedId('public list COMMUNITY_REPORTED_LIST'),
  listType: 'DENY',
  resourceType: 'CIDR',
  name: 'COMMUNITY_REPORTED_LIST',
  description: 'Addresses that several independent reporters of this service agree on.',
  tags: ['COMMUNITY'],
  createdAtMs: Date.UTC(2026, 10, 1),
  updatedAtMs: Date.UTC(2026, 10, 1),
}

/** The lists there are while nobody fills them. */
export const EMPTY_PUBLIC_LISTS: PublicListCatalogue = {
  list: () => [COMMUNITY_REPORTED_LIST],
  covers: () => false,
  version: '',
  networksOf: () => [],
}
