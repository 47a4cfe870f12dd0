import { type FollowLogOptions, followLog } from './follow-log.ts'
import type { LineJournal } from './line-journal.ts'
import type { LogBatch } from './log-batch.ts'

/**
 * Follows a journal as `followLog` follows a log, and gives each batch once its lines are on disk. A place noted behind lines that
 * a power cut took would hide what is written there afterwards.
 */
export async function* followJournal(
  journal: Pick<LineJournal, 'durable'>,
  options: FollowLogOptions,
): AsyncGenerator<LogBatch, void, void> {
  for await (const batch of followLog(options)) {
    await untilDurable(journal, options.signal)
    // what is not given is read again at the next start
    if (options.signal.aborted) return
    yield batch
  }
}

async function untilDurable(journal: Pick<LineJournal, 'durable'>, signal: AbortSignal): Promise<void> {
  const stop = Promise.withResolvers<void>()
  const onAbort = () => stop.resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await Promise.race([journal.durable(), stop.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
