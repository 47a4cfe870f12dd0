import type {
  ListContent,
  ListsOfAddress,
  PrivateListInfo,
  PublicListInfo,
  ResourceWord,
} from '../../../contract/index.ts'
import type { ListOrigin, PrivateList, PublicList } from '../../../denylist/index.ts'
import type { ListKind } from './list-kind.ts'

/** Where the answers of an account start from. */
export interface AnswerContext {
  readonly kind: ListKind
  readonly nowMs: number
  /** Default lists are as old as the account. */
  readonly accountCreatedAtMs: number
}

export function privateListInfo(
  list: PrivateList,
  { kind, nowMs, accountCreatedAtMs }: AnswerContext,
): PrivateListInfo {
  const self = `${kind.privatePath}/${list.listId}`
  const oldestMs = list.isDefault ? accountCreatedAtMs : list.createdAtMs
  return {
    self,
    ...labelsOf(list),
    content: `${self}/content`,
    created_at: seconds(oldestMs),
    updated_at: seconds(Math.max(oldestMs, list.updatedAtMs)),
    ...lifetimeOf(list, nowMs),
    ...(list.origins.length > 0 && { origins: originsOf(self, list.origins) }),
  }
}

export function publicListInfo(list: PublicList, { kind, nowMs }: AnswerContext): PublicListInfo {
  const self = `${kind.publicPath}/${list.listId}`
  const { selection } = list
  return {
    self,
    ...labelsOf(list),
    status: selection?.status ?? 'INACTIVE',
    created_at: seconds(list.createdAtMs),
    updated_at: seconds(list.updatedAtMs),
    ...(selection !== undefined && {
      ...lifetimeOf(selection, nowMs),
      origins: originsOf(self, selection.origins),
    }),
  }
}

/** The lists that hold an address, by what they hold. */
export function listsOfAddress(
  self: string,
  lists: readonly (PrivateList | PublicList)[],
  pathOf: (listId: string) => string,
): ListsOfAddress {
  const paths = (resourceType: ResourceWord) =>
    lists.filter((list) => list.resourceType === resourceType).map(({ listId }) => pathOf(listId))
  return {
    self,
    cidrs: paths('CIDR'),
    asns: paths('AS'),
    countries: paths('COUNTRY'),
    continents: paths('CONTINENT'),
    datacenters: paths('DATACENTER'),
  }
}

/** The field of an answer that holds elements of a kind. */
const CONTENT_FIELDS = {
  CIDR: 'cidrs',
  COUNTRY: 'countries',
  CONTINENT: 'continents',
  AS: 'asns',
  DATACENTER: 'datacenters',
  USERAGENT: 'user_agents',
} as const satisfies Record<ResourceWord, keyof ListContent>

export function listContent(
  self: string,
  resourceType: ResourceWord,
  elements: readonly string[],
): ListContent {
  const field = CONTENT_FIELDS[resourceType]
  return { self, [field]: field === 'asns' ? elements.map(Number) : elements }
}

function labelsOf(list: PrivateList | PublicList) {
  const { name, description, resourceType, listType, tags } = list
  return { name, description, resource_type: resourceType, list_type: listType, tags: [...tags] }
}

function lifetimeOf({ expiresAtMs }: { readonly expiresAtMs?: number }, nowMs: number) {
  if (expiresAtMs === undefined) return {}
  return { ttl: Math.ceil((expiresAtMs - nowMs) / 1000), expiry: seconds(expiresAtMs) }
}

function originsOf(listSelf: string, origins: readonly ListOrigin[]) {
  const self = `${listSelf}/origin`
  return {
    self,
    lists: origins.map(({ origin, status, createdAtMs, updatedAtMs }) => ({
      self: `${self}?origin=${encodeURIComponent(origin)}`,
      origin,
      status,
      created_at: seconds(createdAtMs),
      updated_at: seconds(updatedAtMs),
    })),
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
