import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '../../runtime/index.ts'
import type { JournalCalls } from './journal-worker.ts'
import { MAX_WAITING_BYTES, MAX_WAITING_RECORDS, SqliteReportQueue } from './sqlite-report-queue.ts'
import { WorkerClient } from './worker-client.ts'

describe('a queue whose disk hangs', () => {
  let worker: Worker
  let queue: SqliteReportQueue

  beforeEach(() => {
    // takes calls and never answers
    worker = new Worker("require('node:worker_threads').parentPort.on('message', () => undefined)", {
      eval: true,
    })
    queue = new SqliteReportQueue(
      new WorkerClient<JournalCalls>(worker, { name: 'journal', logger: silentLogger }),
    )
  })

  afterEach(() => worker.terminate())

  it.each([
    { what: 'records', body: new Uint8Array(1), fits: MAX_WAITING_RECORDS },
    { what: 'bytes', body: new Uint8Array(MAX_WAITING_BYTES / 4), fits: 4 },
  ])('takes a bounded number of $what and refuses the rest at once', async ({ body, fits }) => {
    const waiting = Array.from({ length: fits }, () => queue.append(body))
    await expect(queue.append(body)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('wait for the disk') as string,
      fields: { waitingRecords: fits },
    })
    const lost = Promise.allSettled(waiting)
    await worker.terminate()
    expect((await lost).every(({ status }) => status === 'rejected')).toBe(true)
  })
})
