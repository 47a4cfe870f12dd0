import { WORDS_PER_ADDRESS } from '../ip/index.ts'
import { AccountLists, type RowOutcome, type Step } from './account-lists.ts'
import { type AllowDetails, allowRanges, disallowRanges } from './apply-allow.ts'
import { endedShields } from './decisions/shields.ts'
import type { Progress } from './decisions/touched-log.ts'
import { touchedNetworks } from './decisions/touched-networks.ts'
import { type Effect, markChanged, skip } from './effect.ts'
import { LabelTable } from './label-table.ts'
import { applyListOperation } from './lists/apply-list-operation.ts'
import type { DefaultLists } from './lists/default-lists.ts'
import type { ListRows } from './lists/list-rows.ts'
import { isForgotten } from './merge-report.ts'
import type { AllowOperation, Operation, PackedAddresses, Receipt, ReportOperation } from './operation.ts'
import type { AllowRow, EntryRows } from './ports.ts'
import { PROTECTION_ACCOUNT } from './protection-account.ts'
import { type TakenSteps, Unmerged } from './unmerged.ts'

/**
 * The lists of all accounts as a state machine: the same operations in the same order always give the same state, which
 * is what makes the journal enough to bring it back. Nothing here waits or fails half-way.
 */
export class DenylistState {
  readonly labels = new LabelTable()
  readonly unmerged: Unmerged
  /** The tables hold every operation up to here; a row that holds a later one must stay in memory. */
  mergedPosition: number
  readonly #listsByAccount = new Map<number, AccountLists>()
  readonly #begin: Progress

  /** @param expiredBeforeMs what expired up to then is not going to be loaded */
  constructor(coveredPosition: number, expiredBeforeMs = 0) {
    this.#begin = { position: coveredPosition, timeMs: expiredBeforeMs }
    this.unmerged = new Unmerged(coveredPosition)
    this.mergedPosition = coveredPosition
  }

  get accounts(): Iterable<AccountLists> {
    return this.#listsByAccount.values()
  }

  /** The lists that protect addresses from those of all accounts. */
  get protection(): AccountLists {
    return this.listsOf(PROTECTION_ACCOUNT)
  }

  find(accountId: number): AccountLists | undefined {
    return this.#listsByAccount.get(accountId)
  }

  /** The lists of an account, empty ones when nothing was changed yet. */
  listsOf(accountId: number): AccountLists {
    const known = this.#listsByAccount.get(accountId)
    if (known !== undefined) return known
    const lists = new AccountLists(accountId, this.labels, this.#begin)
    this.#listsByAccount.set(accountId, lists)
    return lists
  }

  /** Brings rows of the tables into memory. */
  load(rows: EntryRows): void {
    for (let i = 0; i < rows.count; i++) {
      const lastReportMs = rows.lastReportMs[i] ?? 0
      const label = rows.labels[rows.labelIndexes[i] ?? 0]
      if (label === undefined) throw new RangeError(`row ${i} names a label that was not handed over`)
      this.listsOf(rows.accountIds[i] ?? 0).load(rows.addresses, WORDS_PER_ADDRESS * i, {
        stay: {
          lastReportMs,
          ttlSeconds: ((rows.expiresAtMs[i] ?? 0) - lastReportMs) / 1000,
          totalReports: rows.totalReports[i] ?? 0,
        },
        labelId: this.labels.idOf(label),
        appliedPosition: rows.appliedPositions[i] ?? 0,
      })
    }
  }

  loadAllowed(rows: readonly AllowRow[]): void {
    for (const row of rows) this.listsOf(row.accountId).allowed.set(row)
  }

  /** Brings private lists and choices of public ones into memory, before any operation is applied. */
  loadLists({ lists, elements, selections }: ListRows): void {
    for (const row of lists) this.listsOf(row.accountId).private.setList(row)
    for (const row of elements) this.listsOf(row.accountId).private.setElement(row)
    for (const row of selections) this.listsOf(row.accountId).private.setSelection(row)
  }

  /**
   * Puts one operation into effect.
   * @param position of its journal record; higher than that of every operation before
   */
  apply(operation: Operation, position: number): Receipt {
    if (position <= this.unmerged.newestPosition) {
      throw new RangeError(`operation ${position} comes after ${this.unmerged.newestPosition}`)
    }
    const lists = this.listsOf(operation.accountId)
    const effect: Effect = {
      rows: [],
      allowed: [],
      disallowed: [],
      lists: undefined,
      skipped: { ...operation.skipped },
      taken: 0,
      allowedIndexes: [],
    }
    const step = { position, receivedAtMs: operation.receivedAtMs }
    const networks = touchedNetworks(lists, operation)
    this.#applyTo(lists, operation, { step, effect })
    if (networks !== undefined) {
      for (const { touched } of this.#shieldedBy(lists)) touched.noteNetworks(networks, position)
    }
    for (const row of effect.rows) lists.reported.setDirty(row, true)
    const receipt = { ...receiptOf(operation, effect, lists), position }
    const { rows, allowed, disallowed, lists: listChanges } = effect
    this.unmerged.add({
      position,
      lists,
      rows,
      allowed,
      disallowed,
      listChanges,
      receipt,
    })
    return receipt
  }

  /** Forgets the networks of an account that expired before `nowMs`. */
  sweepNetworks(lists: AccountLists, nowMs: number): void {
    const ended = endedShields(lists, nowMs)
    if (ended !== undefined) {
      for (const { touched } of this.#shieldedBy(lists)) touched.noteEnd(ended.shielded, ended.timeMs)
    }
    lists.sweepNetworks(nowMs)
  }

  /** Frees merged rows that are forgotten at `nowMs`, looking at up to `maxRows` from `fromRow`. @returns where to go on, or -1 */
  sweep(
    lists: AccountLists,
    { fromRow, maxRows, nowMs }: { fromRow: number; maxRows: number; nowMs: number },
  ): number {
    const end = Math.min(lists.reported.rowsEnd, fromRow + maxRows)
    for (let row = fromRow; row < end; row++) {
      if (!lists.reported.isInUse(row) || lists.reported.isDirty(row)) continue
      if (lists.reported.appliedPositionOf(row) > this.mergedPosition) continue
      if (isForgotten(lists.reported.stayOf(row), nowMs)) lists.free(row)
    }
    return end < lists.reported.rowsEnd ? end : -1
  }

  /** Takes what waits, oldest first; its rows count as clean from here on. */
  take(maxRows: number): TakenSteps {
    return this.unmerged.take(maxRows)
  }

  /** Undoes {@link take} when it could not be written. */
  putBack(taken: TakenSteps): void {
    for (const { lists, rows } of taken.steps) for (const row of rows) lists.reported.setDirty(row, true)
    this.unmerged.putBack(taken)
  }

  /**
   * Lets go of what another process has put into the tables. A row that holds a later operation goes on waiting.
   * @returns the receipts that the tables hold now
   */
  dropMerged(coveredPosition: number): readonly Receipt[] {
    if (coveredPosition <= this.mergedPosition && this.unmerged.oldestPosition > coveredPosition) return []
    this.mergedPosition = Math.max(this.mergedPosition, coveredPosition)
    const dropped = this.unmerged.dropThrough(coveredPosition)
    for (const { lists, rows } of dropped) {
      const isNewer = (row: number) => lists.reported.appliedPositionOf(row) > coveredPosition
      for (const row of rows) if (!isNewer(row)) lists.reported.setDirty(row, false)
      const newer = rows.filter(isNewer)
      if (newer.length > 0) this.unmerged.addRows(lists, newer)
    }
    return dropped.flatMap(({ receipt }) => (receipt === undefined ? [] : [receipt]))
  }

  /** Whose decisions follow from these lists. */
  #shieldedBy(lists: AccountLists): Iterable<AccountLists> {
    return lists.accountId === PROTECTION_ACCOUNT ? this.#listsByAccount.values() : [lists]
  }

  #applyTo(lists: AccountLists, operation: Operation, run: { step: Step; effect: Effect }): void {
    switch (operation.kind) {
      case 'report':
        return this.#report(lists, operation, run)
      case 'unban':
        return eachAddress(operation.addresses, lists, run, (offset) =>
          lists.unban(operation.addresses, offset, run.step),
        )
      case 'remove':
        return this.#remove(lists, operation.addresses, run)
      case 'allow':
        return allowRanges(lists, operation.ranges, { details: allowDetailsOf(operation), ...run })
      case 'disallow':
        return disallowRanges(lists, operation.ranges, run)
      default:
        return applyListOperation(lists, operation, run)
    }
  }

  #report(lists: AccountLists, operation: ReportOperation, run: { step: Step; effect: Effect }): void {
    const { addresses, observedAtMs, ttlSeconds, dataset, tags } = operation
    const labelId = this.labels.idOf({ dataset, tags })
    this.labels.retain(labelId)
    eachAddress(addresses, lists, run, (offset, index) => {
      if (lists.isAllowed(addresses, offset, run.step.receivedAtMs)) return 'allowed'
      if (this.protection.isAllowed(addresses, offset, run.step.receivedAtMs)) return 'protected'
      const seenAtMs =
        typeof observedAtMs === 'number' ? observedAtMs : (observedAtMs[index] ?? run.step.receivedAtMs)
      return lists.report(addresses, offset, {
        sighting: { observedAtMs: seenAtMs, ttlSeconds },
        labelId,
        step: run.step,
      })
    })
    this.labels.release(labelId)
  }

  #remove(
    lists: AccountLists,
    addresses: PackedAddresses | 'all',
    run: { step: Step; effect: Effect },
  ): void {
    if (addresses !== 'all') {
      return eachAddress(addresses, lists, run, (offset) => lists.remove(addresses, offset, run.step))
    }
    const rows = lists.removeAll(run.step)
    run.effect.taken += rows.length
    markChanged(lists, rows, run.effect)
  }
}

function allowDetailsOf({ ttlSeconds, receivedAtMs, dataset, tags }: AllowOperation): AllowDetails {
  const expiresAtMs = ttlSeconds === undefined ? undefined : receivedAtMs + ttlSeconds * 1000
  return { expiresAtMs, dataset, tags }
}

/** Runs `change` on each packed address and counts what became of it. */
function eachAddress(
  addresses: PackedAddresses,
  lists: AccountLists,
  { effect }: { effect: Effect },
  change: (offset: number, index: number) => RowOutcome | 'allowed' | 'protected',
): void {
  const count = addresses.length / WORDS_PER_ADDRESS
  for (let index = 0; index < count; index++) {
    const outcome = change(WORDS_PER_ADDRESS * index, index)
    const isKeptOff = outcome === 'allowed' || outcome === 'protected'
    if (isKeptOff) effect.allowedIndexes.push(index)
    if (isKeptOff || outcome === 'unknown') skip(effect, outcome)
    else effect.taken++
    if (typeof outcome === 'object') markChanged(lists, [outcome.row], effect)
  }
}

function receiptOf(operation: Operation, effect: Effect, { private: { defaults } }: AccountLists): Receipt {
  const { accountId, kind, receivedAtMs, receiptId, idempotencyKey, folded = 0 } = operation
  const { taken, skipped, allowedIndexes } = effect
  return {
    receiptId,
    accountId,
    kind,
    receivedAtMs,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    taken,
    folded,
    skipped,
    ...(taken > 0 && { listId: listOf(operation, defaults) }),
    ...(allowedIndexes.length > 0 && { allowedIndexes }),
  }
}

/** The list an operation changes. */
function listOf(operation: Operation, { reported, allow }: DefaultLists): string {
  if ('listId' in operation) return operation.listId
  return operation.kind === 'allow' || operation.kind === 'disallow' ? allow.listId : reported.listId
}
