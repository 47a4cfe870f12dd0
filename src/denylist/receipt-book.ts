import type { KeyedRequest } from './denylist.ts'
import type { Receipt } from './operation.ts'
import type { DenylistStore } from './ports.ts'

/** How long a repeated idempotency key is recognised: seven days. */
export const IDEMPOTENCY_MS = 7 * 86_400_000

/** Receipts: the newest from memory until the tables hold them, the rest from the tables. */
export class ReceiptBook {
  readonly #store: DenylistStore
  readonly #looksUpKeys: boolean
  readonly #byId = new Map<string, Receipt>()
  readonly #byKey = new Map<string, Receipt>()
  /** Of operations of this process that are not answered yet, by the id of the receipt. */
  readonly #awaited = new Map<string, Receipt | undefined>()
  readonly #underWayByKey = new Map<string, Promise<Receipt>>()

  /** @param looksUpKeys whether the tables are asked for earlier requests with the same key, or the journal does it */
  constructor(store: DenylistStore, { looksUpKeys }: { readonly looksUpKeys: boolean }) {
    this.#store = store
    this.#looksUpKeys = looksUpKeys
  }

  /** Keeps a receipt until {@link forget}. */
  keep(receipt: Receipt): void {
    if (this.#awaited.has(receipt.receiptId)) this.#awaited.set(receipt.receiptId, receipt)
    this.#byId.set(receipt.receiptId, receipt)
    if (receipt.idempotencyKey !== undefined)
      this.#byKey.set(keyText(receipt, receipt.idempotencyKey), receipt)
  }

  /** Lets go of receipts that the tables hold now. */
  forget(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) {
      this.#byId.delete(receipt.receiptId)
      if (receipt.idempotencyKey !== undefined) this.#byKey.delete(keyText(receipt, receipt.idempotencyKey))
    }
  }

  /**
   * Runs `append` and gives the receipt of the operation that counts. That of an own one is at hand even if the tables took it
   * over meanwhile: what was taken must not be refused because the tables cannot be read.
   */
  async ofAppended(
    { accountId, receiptId }: { readonly accountId: number; readonly receiptId: string },
    append: () => Promise<string>,
  ): Promise<Receipt | undefined> {
    this.#awaited.set(receiptId, undefined)
    try {
      const counted = await append()
      return this.#awaited.get(counted) ?? (await this.find(accountId, counted))
    } finally {
      this.#awaited.delete(receiptId)
    }
  }

  async find(accountId: number, receiptId: string): Promise<Receipt | undefined> {
    const kept = this.#byId.get(receiptId)
    if (kept !== undefined) return kept.accountId === accountId ? kept : undefined
    return await this.#store.findReceiptById(accountId, receiptId)
  }

  /**
   * Runs `take` unless the same key of the same account was taken within seven days, or is just being taken.
   * @returns the receipt of the one time it was taken
   */
  async once(request: KeyedRequest, take: () => Promise<Receipt>): Promise<Receipt> {
    const key = keyText(request, request.idempotencyKey)
    const underWay = this.#underWayByKey.get(key)
    if (underWay !== undefined) return await underWay
    const taking = this.#earlier(request).then((earlier) => earlier ?? take())
    this.#underWayByKey.set(key, taking)
    try {
      return await taking
    } finally {
      this.#underWayByKey.delete(key)
    }
  }

  /** @returns the receipt of the request that was taken with the same key within seven days */
  async findByKey({ accountId, idempotencyKey, receivedAtMs }: KeyedRequest): Promise<Receipt | undefined> {
    const kept = this.#byKey.get(keyText({ accountId }, idempotencyKey))
    if (kept !== undefined) return kept
    const receivedAfterMs = receivedAtMs - IDEMPOTENCY_MS
    return await this.#store.findReceiptByIdempotencyKey(accountId, idempotencyKey, receivedAfterMs)
  }

  async #earlier(request: KeyedRequest): Promise<Receipt | undefined> {
    if (this.#looksUpKeys) return await this.findByKey(request)
    return this.#byKey.get(keyText(request, request.idempotencyKey))
  }
}

function keyText({ accountId }: { readonly accountId: number }, idempotencyKey: string): string {
  return `${accountId} ${idempotencyKey}`
}
