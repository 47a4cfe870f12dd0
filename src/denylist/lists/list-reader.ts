import { type Address, rangeText, unpackAddress, WORDS_PER_ADDRESS, wordsOf } from '../../ip/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { AccountLists } from '../account-lists.ts'
import { endOfStay } from '../merge-report.ts'
import { PROTECTION_ACCOUNT } from '../protection-account.ts'
import { type AddressFacts, elementOf } from './address-facts.ts'
import { type ContentChange, type ContentFault, contentFault } from './apply-content.ts'
import { isInForce, type ListOrigin, type ListType } from './list-rows.ts'
import type { ListQuery, Lists, Page, PrivateList, PublicList } from './lists.ts'
import type { HeldList } from './private-lists.ts'
import type { PublicListCatalogue, PublicListInfo } from './public-lists.ts'
import { sortElements } from './sort-elements.ts'

const WHOLE_ADDRESS_BITS = 128
/** Rows gone through without a pause; a few milliseconds. */
const STEP_ROWS = 50_000

export interface ListReaderOptions {
  /** The lists of an account; empty ones when nothing was changed yet. */
  readonly listsOf: (accountId: number) => AccountLists
  readonly facts: AddressFacts
  readonly publicLists: PublicListCatalogue
  readonly clock: Clock
}

/** Tells from memory what is on the lists. */
export class ListReader implements Lists {
  readonly #options: ListReaderOptions

  constructor(options: ListReaderOptions) {
    this.#options = options
  }

  listPrivate(accountId: number, nowMs: number): readonly PrivateList[] {
    const lists = this.#options.listsOf(accountId)
    return Array.from(lists.private.list(nowMs), (held) => viewOf(lists, held, nowMs))
  }

  findPrivate(accountId: number, listId: string, nowMs: number): PrivateList | undefined {
    const lists = this.#options.listsOf(accountId)
    const held = lists.private.find(listId, nowMs)
    return held === undefined ? undefined : viewOf(lists, held, nowMs)
  }

  async contentOf(
    { accountId, listId }: { readonly accountId: number; readonly listId: string },
    page: Page,
    nowMs: number,
  ): Promise<readonly string[]> {
    const lists = this.#options.listsOf(accountId)
    const { reported, allow } = lists.private.defaults
    if (listId === reported.listId) return await this.#reportedRanges(lists, page, nowMs)
    if (listId === allow.listId) {
      const ranges = Array.from(lists.allowed.list(nowMs), ({ range }) => range)
      return take(sortElements(ranges, 'CIDR'), page)
    }
    return take(lists.private.elementsOf(listId, nowMs), page)
  }

  countElements(accountId: number, nowMs: number): number {
    return this.#options.listsOf(accountId).countElements(nowMs)
  }

  contentFault(change: ContentChange, nowMs: number): ContentFault | undefined {
    return contentFault(this.#options.listsOf(change.accountId), change, nowMs)
  }

  matchPrivate(accountId: number, { listType, address }: ListQuery, nowMs: number): readonly PrivateList[] {
    const lists = this.#options.listsOf(accountId)
    const words = wordsOf(address)
    const matched = new Set<string>()
    if (listType === 'ALLOW' && lists.allowed.covering(words, 0, nowMs) !== undefined) {
      matched.add(lists.private.defaults.allow.listId)
    }
    for (const { listId } of lists.private.covering(listType, { words, offset: 0, nowMs }))
      matched.add(listId)
    const holding = this.#holding(factListsOf(lists, listType, nowMs), address, nowMs)
    for (const { row } of holding) matched.add(row.listId)
    if (matched.size === 0) return []
    return [...lists.private.list(nowMs)]
      .filter(({ row }) => matched.has(row.listId))
      .map((held) => viewOf(lists, held, nowMs))
  }

  listPublic(accountId: number, nowMs: number): readonly PublicList[] {
    const lists = this.#options.listsOf(accountId)
    return this.#options.publicLists.list().map((info) => publicViewOf(lists, info, nowMs))
  }

  findPublic(accountId: number, listId: string, nowMs: number): PublicList | undefined {
    return this.listPublic(accountId, nowMs).find((list) => list.listId === listId)
  }

  matchPublic(accountId: number, { listType, address }: ListQuery, nowMs: number): readonly PublicList[] {
    return this.#publicListsOn(accountId, listType, nowMs).filter(({ listId }) =>
      this.#options.publicLists.covers(listId, address, nowMs),
    )
  }

  /**
   * Whether an allowlist of any kind, or the protection of all, holds a packed address at `nowMs`. To be made anew for each pass: which lists there are
   * is looked at once.
   */
  allowTest(lists: AccountLists, nowMs: number): (words: Uint32Array, offset: number) => boolean {
    const factLists = factListsOf(lists, 'ALLOW', nowMs)
    const publicLists = this.#publicListsOn(lists.accountId, 'ALLOW', nowMs)
    const protection = this.#options.listsOf(PROTECTION_ACCOUNT)
    return (words, offset) => {
      if (lists.isAllowed(words, offset, nowMs) || protection.isAllowed(words, offset, nowMs)) return true
      if (factLists.length === 0 && publicLists.length === 0) return false
      const address = unpackAddress(words, offset)
      return (
        this.#holding(factLists, address, nowMs).length > 0 ||
        publicLists.some(({ listId }) => this.#options.publicLists.covers(listId, address, nowMs))
      )
    }
  }

  #publicListsOn(accountId: number, listType: ListType, nowMs: number): readonly PublicList[] {
    return this.listPublic(accountId, nowMs).filter(
      (list) => list.listType === listType && list.selection?.status === 'ACTIVE',
    )
  }

  /** Those of the lists of AS, countries, continents and datacenters that hold the address. */
  #holding(candidates: readonly HeldList[], address: Address, nowMs: number): readonly HeldList[] {
    if (candidates.length === 0) return []
    const facts = this.#options.facts.factsOf(address)
    return candidates.filter(({ row, rowByElement }) => {
      const element = elementOf(row.resourceType, facts)
      const found = element === undefined ? undefined : rowByElement.get(element)
      return found !== undefined && isInForce(found, nowMs)
    })
  }

  /** In steps, so that a long list does not hold up others. */
  async #reportedRanges(
    lists: AccountLists,
    { from, count }: Page,
    nowMs: number,
  ): Promise<readonly string[]> {
    const { reported } = lists
    const isAllowed = this.allowTest(lists, nowMs)
    const words = new Uint32Array(WORDS_PER_ADDRESS)
    const ranges: string[] = []
    let index = 0
    for (let row = 0; row < reported.rowsEnd && ranges.length < count; row++) {
      if (row % STEP_ROWS === STEP_ROWS - 1) await this.#options.clock.sleep(0)
      if (!reported.isInUse(row) || endOfStay(reported.stayOf(row)) <= nowMs) continue
      reported.copyWords(row, words, 0)
      if (isAllowed(words, 0)) continue
      if (index++ >= from) ranges.push(rangeText({ words, prefixLength: WHOLE_ADDRESS_BITS }))
    }
    return ranges
  }
}

/** The lists that need to know more of an address than the address. */
function factListsOf(lists: AccountLists, listType: ListType, nowMs: number): readonly HeldList[] {
  return [...lists.private.list(nowMs)].filter(
    ({ row, rowByElement }) =>
      row.listType === listType && row.resourceType !== 'CIDR' && rowByElement.size > 0,
  )
}

function viewOf(lists: AccountLists, { row }: HeldList, nowMs: number): PrivateList {
  const { accountId: _, appliedPosition: __, ...view } = row
  return { ...view, origins: inForce(row.origins, nowMs), isDefault: lists.private.isDefault(row.listId) }
}

function publicViewOf(lists: AccountLists, info: PublicListInfo, nowMs: number): PublicList {
  const selection = lists.private.findSelection(info.listId, nowMs)
  return selection === undefined
    ? info
    : { ...info, selection: { ...selection, origins: inForce(selection.origins, nowMs) } }
}

function inForce(origins: readonly ListOrigin[], nowMs: number): readonly ListOrigin[] {
  return origins.filter((origin) => isInForce(origin, nowMs))
}

function take(elements: Iterable<string>, { from, count }: Page): readonly string[] {
  const taken: string[] = []
  let index = 0
  for (const element of elements) {
    if (index++ >= from) taken.push(element)
    if (taken.length === count) break
  }
  return taken
}
