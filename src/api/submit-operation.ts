import { randomUUID } from 'node:crypto'
import type { Grant } from '../accounts/index.ts'
import { MANAGEMENT_PATHS } from '../contract/index.ts'
import type { Operation, Receipt } from '../denylist/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import type { ApiContext } from './context.ts'

/** What every operation says of the request it came with. */
export interface OperationOrigin {
  readonly accountId: number
  readonly keyId: number
  readonly receivedAtMs: number
  readonly receiptId: string
}

/** An origin with a receipt id that nobody can guess. */
export function originOf(grant: Grant, nowMs: number): OperationOrigin {
  return { accountId: grant.accountId, keyId: grant.keyId, receivedAtMs: nowMs, receiptId: randomUUID() }
}

/**
 * Hands an operation to the denylist and remembers for `/readyz` and `/metrics` how it went.
 * @throws HoneyjamError STORE_UNAVAILABLE as the denylist says
 */
export async function submitOperation(
  { denylist, storeHealth, metrics, clock }: ApiContext,
  operation: Operation,
): Promise<Receipt> {
  try {
    const receipt = await denylist.submit(operation)
    storeHealth.succeeded()
    // a repeat resolves to the receipt of the first time
    if (receipt.receiptId === operation.receiptId) metrics.noteReceipt(receipt)
    return receipt
  } catch (error) {
    if (error instanceof HoneyjamError && error.code === 'STORE_UNAVAILABLE')
      storeHealth.failed(clock.nowMs())
    throw error
  }
}

/** Where the caller can read what became of its request. */
export function receiptPath(receipt: Receipt): string {
  return `${MANAGEMENT_PATHS.receipts}/${receipt.receiptId}`
}
