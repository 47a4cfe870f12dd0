import type { Address } from '../../ip/index.ts'
import type { ContentChange, ContentFault } from './apply-content.ts'
import type { ListType, PrivateListRow, SelectionRow } from './list-rows.ts'
import type { PublicListInfo } from './public-lists.ts'

/** A private list as it is shown. */
export interface PrivateList extends Omit<PrivateListRow, 'accountId' | 'appliedPosition'> {
  /** It can be emptied, but neither changed nor deleted; its times are 0 until it is touched. */
  readonly isDefault: boolean
}

/** A public list with what the account decided about it. */
export interface PublicList extends PublicListInfo {
  /** `undefined`: the account has not selected it, or its time is over. */
  readonly selection?: Omit<SelectionRow, 'accountId' | 'listId' | 'appliedPosition'>
}

/** A part of what is on a list. */
export interface Page {
  /** Elements in front of it. */
  readonly from: number
  readonly count: number
}

/** An address, and the lists wanted that hold it. */
export interface ListQuery {
  readonly listType: ListType
  readonly address: Address
}

/** The private and public lists of all accounts as they stand; what expired counts as absent. */
export interface Lists {
  /** Default lists first, then in the order of their making. */
  listPrivate(accountId: number, nowMs: number): readonly PrivateList[]
  findPrivate(accountId: number, listId: string, nowMs: number): PrivateList | undefined
  /**
   * Elements in canonical text: networks in their order, AS numbers by value, what is reported in no particular one. A long
   * reported list is gone through in steps.
   */
  contentOf(
    list: { readonly accountId: number; readonly listId: string },
    page: Page,
    nowMs: number,
  ): Promise<readonly string[]>
  /** Elements in force on all private lists; what is reported does not count. */
  countElements(accountId: number, nowMs: number): number
  /** Why a change of what is on a list cannot be made now; `undefined` when it can. */
  contentFault(change: ContentChange, nowMs: number): ContentFault | undefined
  /** Private lists that hold the address; of the reported list `findEntry` tells. */
  matchPrivate(accountId: number, query: ListQuery, nowMs: number): readonly PrivateList[]
  listPublic(accountId: number, nowMs: number): readonly PublicList[]
  findPublic(accountId: number, listId: string, nowMs: number): PublicList | undefined
  /** Public lists that the account has switched on and that hold the address. */
  matchPublic(accountId: number, query: ListQuery, nowMs: number): readonly PublicList[]
}
