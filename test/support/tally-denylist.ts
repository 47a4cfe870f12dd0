import type { DenylistStore, EntryRows, JournalRecord, ReportQueue } from '../../src/denylist/index.ts'
import { checkpointOf, type EntryRow, entryRow, ipv4Words, packRows, unpackRows } from './entry-rows.ts'

/** Addresses that many records have in common, so that a record applied twice shows in their count. */
export const SHARED_ADDRESSES = 16
const FIRST_OWN_ADDRESS = 1_000_000

/** What it needs of a store. */
export interface TallyStore {
  readonly queue: Pick<ReportQueue, 'append' | 'read' | 'trim'>
  readonly denylist: Pick<DenylistStore, 'coveredPosition' | 'loadEntries' | 'writeCheckpoint'>
}

/**
 * The least list that lives on a store as the service's does: each record counts one report of an address of its own
 * and one of a shared address; changed rows are written behind; what is left in the journal is applied at the start.
 */
export class TallyDenylist {
  readonly #store: TallyStore
  readonly #rows = new Map<number, EntryRow>()
  #dirty = new Set<number>()
  #appliedPosition = 0
  #coveredPosition = 0

  private constructor(store: TallyStore) {
    this.#store = store
  }

  static async open(store: TallyStore): Promise<TallyDenylist> {
    const list = new TallyDenylist(store)
    list.#coveredPosition = await store.denylist.coveredPosition()
    list.#appliedPosition = list.#coveredPosition
    await store.denylist.loadEntries(-1, (rows) => list.#load(rows))
    for (const record of await store.queue.read(list.#coveredPosition, 1_000_000)) list.#apply(record)
    return list
  }

  get coveredPosition(): number {
    return this.#coveredPosition
  }

  get rows(): readonly EntryRow[] {
    return [...this.#rows.values()]
  }

  /** Numbers of the records that are part of the list. */
  get recordNumbers(): Set<number> {
    const own = [...this.#rows.keys()].filter((address) => address >= FIRST_OWN_ADDRESS)
    return new Set(own.map((address) => address - FIRST_OWN_ADDRESS))
  }

  totalOf(sharedAddress: number): number {
    return this.#rows.get(sharedAddress)?.totalReports ?? 0
  }

  async submit(recordNumber: number): Promise<void> {
    // as large as a report of some hundred addresses, so that a record spans pages
    const body = Buffer.alloc(4000 + (recordNumber % 8) * 1000)
    body.writeUInt32BE(recordNumber)
    this.#apply({ position: await this.#store.queue.append(body), body })
  }

  /** Writes changed rows in two goes, of which only the second moves the covered position, then trims. */
  async checkpoint(): Promise<void> {
    const firstHalf = [...this.#dirty].slice(0, this.#dirty.size / 2)
    await this.#write(firstHalf, this.#coveredPosition)
    const covered = this.#appliedPosition
    await this.#write([...this.#dirty], covered)
    this.#coveredPosition = covered
    await this.#store.queue.trim(covered)
  }

  async #write(addresses: readonly number[], coveredPosition: number): Promise<void> {
    for (const address of addresses) this.#dirty.delete(address)
    const entries = packRows(addresses.map((address) => this.#rows.get(address)!))
    await this.#store.denylist.writeCheckpoint(checkpointOf({ entries, coveredPosition }))
  }

  #load(rows: EntryRows): void {
    for (const row of unpackRows(rows)) this.#rows.set(row.words[3], row)
  }

  #apply({ position, body }: JournalRecord): void {
    const recordNumber = Buffer.from(body).readUInt32BE()
    this.#count(FIRST_OWN_ADDRESS + recordNumber, position)
    this.#count(recordNumber % SHARED_ADDRESSES, position)
    this.#appliedPosition = position
  }

  #count(address: number, position: number): void {
    const known = this.#rows.get(address)
    if (known !== undefined && known.appliedPosition >= position) return
    const totalReports = (known?.totalReports ?? 0) + 1
    this.#rows.set(address, entryRow({ words: ipv4Words(address), totalReports, appliedPosition: position }))
    this.#dirty.add(address)
  }
}
