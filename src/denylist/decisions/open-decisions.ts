import { type Address, wordsOf } from '../../ip/index.ts'
import type { Clock } from '../../runtime/index.ts'
import type { AccountLists } from '../account-lists.ts'
import type { LabelTable } from '../label-table.ts'
import type { PublicListCatalogue } from '../lists/public-lists.ts'
import { PROTECTION_ACCOUNT } from '../protection-account.ts'
import { AccountDecisions } from './account-decisions.ts'
import { AccountView } from './account-view.ts'
import type {
  ChangesAnswer,
  DecisionChanges,
  Decisions,
  DecisionsChecksum,
  RankedDecisions,
} from './decisions.ts'
import { checksumOf } from './in-force.ts'
import type { ProtectedSet } from './protected-set.ts'
import { type Revision, scopeOf } from './revision.ts'
import type { Progress } from './touched-log.ts'

/** What nobody read for so long is let go of. */
const IDLE_MS = 600_000
/** Somebody who waits looks again after so long. */
const LONGEST_WAIT_MS = 60_000
/** How long a shared journal may take to say that all of it is there. */
const CATCH_UP_MS = 5000
/** One of them may have been under way already. */
const CURRENT_NOTICES = 2

export interface DecisionsOptions {
  readonly listsOf: (accountId: number) => AccountLists
  readonly labels: LabelTable
  /** Of the newest operation that is in effect. */
  readonly position: () => number
  readonly publicLists: PublicListCatalogue
  readonly protectedSet: ProtectedSet
  readonly clock: Clock
  /** Names the history that positions belong to. */
  readonly storeId: string
  /** Whether other processes add to the same journal, so that this one may be behind them. */
  readonly isShared: boolean
}

interface Reader {
  readonly decisions: AccountDecisions
  usedAtMs: number
}

/** Computes the decisions of all accounts from their lists in memory, when somebody asks. */
export class MemoryDecisions implements Decisions {
  readonly #options: DecisionsOptions
  readonly #readerByAccount = new Map<number, Reader>()
  readonly #checksums = new WeakMap<DecisionChanges, Promise<DecisionsChecksum>>()
  /** Whoever waits for something to happen to an account, or to all. */
  readonly #waiting = new Map<number, Set<() => void>>()
  readonly #closing = new AbortController()
  readonly #stopNotices: () => void
  #currentNotices = 0

  constructor(options: DecisionsOptions) {
    this.#options = options
    this.#stopNotices = options.protectedSet.onChange(() => this.#wakeAll())
  }

  /** To be told when an operation of an account took effect. */
  noteApplied(accountId: number): void {
    if (accountId === PROTECTION_ACCOUNT) return this.#wakeAll()
    for (const wake of this.#waiting.get(accountId) ?? []) wake()
  }

  /** To be told when everything that was in a shared journal a moment ago took effect. */
  noteCurrent(): void {
    this.#currentNotices++
    this.#wakeAll()
  }

  snapshot(accountId: number): Promise<DecisionChanges> {
    return this.#of(accountId).snapshot()
  }

  async changesSince(accountId: number, revision: Revision): Promise<ChangesAnswer> {
    return await this.#caughtUp(accountId, revision, (decisions) => decisions.changesSince(revision))
  }

  async changesWithWhole(
    accountId: number,
    revision: Revision,
  ): Promise<ChangesAnswer & { readonly whole?: DecisionChanges }> {
    return await this.#caughtUp(accountId, revision, (decisions) => decisions.changesWithWhole(revision))
  }

  hasChangedSince(accountId: number, revision: Revision): boolean {
    const decisions = this.#of(accountId)
    const standing = decisions.standingOf(revision)
    return standing === 'unknown' || (standing === 'current' && decisions.hasChangedSince(revision))
  }

  async waitForChange(accountId: number, revision: Revision, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    const stop = AbortSignal.any([signal, this.#closing.signal])
    while (!stop.aborted && !this.hasChangedSince(accountId, revision)) {
      const endsInMs = this.#of(accountId).nextEndMs - clock.nowMs()
      await this.#wait(accountId, Math.min(LONGEST_WAIT_MS, Math.max(1, endsInMs)), stop)
    }
  }

  revision(accountId: number): Revision {
    return this.#of(accountId).revision
  }

  blocks(accountId: number, address: Address): boolean {
    return this.#of(accountId).blocks(wordsOf(address))
  }

  settledFrom(accountId: number, address: Address): Progress {
    return this.#of(accountId).settledFrom(wordsOf(address))
  }

  checksum(whole: DecisionChanges): Promise<DecisionsChecksum> {
    const known = this.#checksums.get(whole)
    if (known !== undefined) return known
    const made = checksumOf(whole, whole.atMs)
    this.#checksums.set(whole, made)
    return made
  }

  ranked(accountId: number): Promise<RankedDecisions> {
    return this.#of(accountId).ranked()
  }

  releaseMark(accountId: number): string {
    return this.#of(accountId).releaseMark
  }

  /** Ends all waits. */
  close(): void {
    this.#stopNotices()
    this.#closing.abort()
  }

  /** Another process may have told of what has not come here yet, but not for long. */
  async #caughtUp<Answer extends ChangesAnswer>(
    accountId: number,
    revision: Revision,
    ask: (decisions: AccountDecisions) => Promise<Answer>,
  ): Promise<Answer | { readonly kind: 'behind' | 'unknown' }> {
    const decisions = this.#of(accountId)
    const isAhead = () => revision.position > this.#options.position()
    if (decisions.standingOf(revision) !== 'behind' || !isAhead()) return await ask(decisions)
    // a journal of this process alone is never behind: the revision is of another history
    if (!this.#options.isShared) return { kind: 'unknown' }
    const enough = this.#currentNotices + CURRENT_NOTICES
    const { clock } = this.#options
    const untilMs = clock.nowMs() + CATCH_UP_MS
    while (isAhead() && this.#currentNotices < enough && clock.nowMs() < untilMs) {
      if (this.#closing.signal.aborted) return { kind: 'behind' }
      await this.#wait(accountId, untilMs - clock.nowMs(), this.#closing.signal)
    }
    if (!isAhead()) return await ask(decisions)
    return { kind: this.#currentNotices < enough ? 'behind' : 'unknown' }
  }

  /** Waits until something happens to the account, but not longer. */
  async #wait(accountId: number, milliseconds: number, stop: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const wake = () => woken.abort()
    const waiting = this.#waiting.get(accountId) ?? new Set()
    this.#waiting.set(accountId, waiting.add(wake))
    stop.addEventListener('abort', wake, { once: true })
    try {
      if (!stop.aborted) await this.#options.clock.sleep(milliseconds, woken.signal)
    } finally {
      stop.removeEventListener('abort', wake)
      waiting.delete(wake)
      if (waiting.size === 0) this.#waiting.delete(accountId)
    }
  }

  #wakeAll(): void {
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake()
  }

  #of(accountId: number): AccountDecisions {
    const nowMs = this.#options.clock.nowMs()
    const known = this.#readerByAccount.get(accountId)
    if (known !== undefined) {
      known.usedAtMs = nowMs
      return known.decisions
    }
    for (const [id, { usedAtMs }] of this.#readerByAccount)
      if (usedAtMs < nowMs - IDLE_MS) this.#readerByAccount.delete(id)
    const decisions = this.#make(accountId)
    this.#readerByAccount.set(accountId, { decisions, usedAtMs: nowMs })
    return decisions
  }

  #make(accountId: number): AccountDecisions {
    const { listsOf, labels, publicLists, protectedSet, position, clock, storeId } = this.#options
    const lists = listsOf(accountId)
    const scopes = new Map<string, string>()
    const scope = () => {
      // what is on public lists is of no concern to an account that has chosen none
      const choosesAny = !lists.private.selections().next().done
      const parts = [storeId, protectedSet.version, choosesAny ? publicLists.version : '']
      const key = parts.join(' ')
      const known = scopes.get(key)
      if (known !== undefined) return known
      scopes.clear()
      const made = scopeOf(parts)
      scopes.set(key, made)
      return made
    }
    const protection = listsOf(PROTECTION_ACCOUNT)
    const view = new AccountView({ lists, protection, labels, publicLists, protectedSet })
    return new AccountDecisions({ view, clock, position, scope })
  }
}
