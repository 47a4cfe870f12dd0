import type { OperationBase } from '../operation-base.ts'
import type { ListType, ResourceType } from './list-rows.ts'

/** A change of the private lists of an account, or of its choice of public lists. */
export type ListOperation =
  | ListCreateOperation
  | ListUpdateOperation
  | ListDeleteOperation
  | ListContentOperation
  | ListEmptyOperation
  | ListOriginOperation
  | PublicListSelectOperation
  | PublicListReleaseOperation

/** Makes a private list; `over-limit` when the account has as many lists as it may, or one of this id. */
export interface ListCreateOperation extends OperationBase {
  readonly kind: 'list-create'
  /** A new UUID. */
  readonly listId: string
  readonly listType: ListType
  readonly resourceType: ResourceType
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  /** Epoch milliseconds; `undefined`: never. */
  readonly expiresAtMs?: number
  readonly maxLists: number
}

/** Changes what is said of a private list; what is left out stays. Default lists are not changed. */
export interface ListUpdateOperation extends OperationBase {
  readonly kind: 'list-update'
  readonly listId: string
  readonly name?: string
  readonly description?: string
  readonly tags?: readonly string[]
  /** Epoch milliseconds; `null`: never. */
  readonly expiresAtMs?: number | null
}

/** Deletes a private list with all that is on it. Default lists are not deleted. */
export interface ListDeleteOperation extends OperationBase {
  readonly kind: 'list-delete'
  readonly listId: string
}

/** Takes elements off a private list and puts others on it; `over-limit`: neither. */
export interface ListContentOperation extends OperationBase {
  readonly kind: 'list-content'
  readonly listId: string
  /** Canonical texts of the list's kind, each once. */
  readonly append: readonly string[]
  readonly remove: readonly string[]
  /** Epoch milliseconds at which the appended ones end; `undefined`: never. */
  readonly expiresAtMs?: number
  /** Over all private lists of the account. */
  readonly maxElements: number
}

/** Takes everything off a private list. */
export interface ListEmptyOperation extends OperationBase {
  readonly kind: 'list-empty'
  readonly listId: string
}

/** Says of a web site that a list is for it or not, or takes it off the list. */
export interface ListOriginOperation extends OperationBase {
  readonly kind: 'list-origin'
  /** Of a private list, or of a public one the account has selected. */
  readonly listId: string
  readonly origin: string
  readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETED'
  /** Epoch milliseconds; `undefined`: never. */
  readonly expiresAtMs?: number
}

/** Switches a public list on or off for the account. */
export interface PublicListSelectOperation extends OperationBase {
  readonly kind: 'public-list-select'
  readonly listId: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  /** Epoch milliseconds; `undefined`: never. */
  readonly expiresAtMs?: number
}

/** Forgets the account's choice of a public list, and its origins. */
export interface PublicListReleaseOperation extends OperationBase {
  readonly kind: 'public-list-release'
  readonly listId: string
}
