import type { Readable } from 'node:stream'
import type { Logger } from '../runtime/index.ts'
import type { LineJournal } from './line-journal.ts'
import { MAX_LINE_BYTES } from './line-scanner.ts'
import { LineMemory, LineSplitter } from './line-splitter.ts'
import { takeLines } from './take-lines.ts'

/** Hands the lines of standard input to a journal; resolves at its end, however it comes. */
export async function takeStandardInput(
  stream: Readable,
  { journal, logger }: { readonly journal: LineJournal; readonly logger: Logger },
): Promise<void> {
  const splitter = new LineSplitter(new LineMemory(2 * MAX_LINE_BYTES))
  try {
    await takeLines(stream, splitter, journal)
  } catch (error) {
    const isOwnEnd = stream.destroyed && error instanceof Error && error.name === 'AbortError'
    if (!isOwnEnd) logger.warn({ err: error }, 'standard input has failed')
  }
  const { droppedLines } = splitter
  if (droppedLines > 0)
    logger.error({ droppedLines }, 'lines of standard input were dropped: too long, or broken off')
  logger.info('standard input has ended')
}
