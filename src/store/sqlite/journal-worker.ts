import { parentPort, workerData } from 'node:worker_threads'
import type { UsageAnswer, UsageBatch } from '../../accounts/index.ts'
import type { JournalRecord } from '../../denylist/index.ts'
import { openDatabase } from './database.ts'
import { Journal, journalFile } from './journal.ts'
import { serveCalls } from './worker-service.ts'

/** What the worker thread of the journal answers; its `workerData` is the path of the file. */
export type JournalCalls = {
  readonly append: (body: Uint8Array) => number
  readonly read: (bounds: { afterPosition: number; limit: number }) => readonly JournalRecord[]
  readonly trimStep: (position: number) => boolean
  readonly startBehind: (position: number) => boolean
  readonly countRecords: () => number
  readonly takeUsage: (batch: UsageBatch) => readonly UsageAnswer[]
  readonly forgetUsage: (beforeMs: number) => void
}

if (parentPort !== null) {
  serveCalls<JournalCalls>(parentPort, 'the journal', () => {
    const journal = new Journal(openDatabase(journalFile(String(workerData))))
    return {
      answers: {
        append: { together: (bodies) => journal.append(bodies) },
        read: ({ afterPosition, limit }) => journal.read(afterPosition, limit),
        trimStep: (position) => journal.trimStep(position),
        startBehind: (position) => journal.startBehind(position),
        countRecords: () => journal.records,
        takeUsage: (batch) => journal.usage.take(batch),
        forgetUsage: (beforeMs) => journal.usage.forget(beforeMs),
      },
      close: () => journal.close(),
    }
  })
}
