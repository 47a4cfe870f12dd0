import { parentPort, workerData } from 'node:worker_threads'
import type { Receipt } from '../../denylist/index.ts'
import { openForReading } from './database.ts'
import { ReceiptReader } from './receipt-table.ts'
import { serveCalls } from './worker-service.ts'

/** What the worker thread of readers answers; its `workerData` is the path of the file of the tables, which is there. */
export type ReaderCalls = {
  readonly findReceiptById: (of: { accountId: number; receiptId: string }) => Receipt | undefined
  readonly findReceiptByIdempotencyKey: (of: {
    accountId: number
    idempotencyKey: string
    receivedAfterMs: number
  }) => Receipt | undefined
}

if (parentPort !== null) {
  serveCalls<ReaderCalls>(parentPort, 'the tables', () => {
    const database = openForReading(String(workerData))
    const receipts = new ReceiptReader(database)
    return {
      answers: {
        findReceiptById: ({ accountId, receiptId }) => receipts.findById(accountId, receiptId),
        findReceiptByIdempotencyKey: ({ accountId, idempotencyKey, receivedAfterMs }) =>
          receipts.findByIdempotencyKey(accountId, idempotencyKey, receivedAfterMs),
      },
      close: () => database.close(),
    }
  })
}
