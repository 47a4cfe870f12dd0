import type { Readable } from 'node:stream'
import type { LineJournal } from './line-journal.ts'
import type { LineSplitter } from './line-splitter.ts'

/**
 * Hands the lines of a stream to a journal until it ends; resolves when the last was handed over.
 * @throws whatever ended the stream in another way, the lines before it are kept
 */
export async function takeLines(
  stream: Readable,
  splitter: LineSplitter,
  journal: LineJournal,
): Promise<void> {
  try {
    for await (const piece of stream) {
      for (const lines of splitter.push(piece as Buffer)) journal.append(lines)
      await journal.room()
    }
  } finally {
    const last = splitter.end()
    if (last !== undefined) journal.append(last)
  }
}
