import { type FileHandle, open } from 'node:fs/promises'
import { type CowrieEvent, parseEvent } from '../../cowrie/index.ts'

/** What the end of a log holds. */
export interface LogTail {
  /** Whole lines that were looked at, blank ones left out. */
  readonly lines: number
  readonly events: readonly CowrieEvent[]
}

const TAIL_BYTES = 64 * 1024
const MOST_LINES = 20

/** Reads the last whole lines of a log, at most 20 in the last 64 KiB. @throws Error of the file system */
export async function readLogTail(path: string): Promise<LogTail> {
  const file = await open(path, 'r')
  try {
    const lines = (await lastLines(file)).slice(-MOST_LINES)
    return { lines: lines.length, events: lines.map(parseEvent).filter((event) => event !== undefined) }
  } finally {
    await file.close()
  }
}

async function lastLines(file: FileHandle): Promise<string[]> {
  const { size } = await file.stat()
  const start = Math.max(0, size - TAIL_BYTES)
  const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES))
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start)
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
  // what follows the last line feed is still being written, and what was cut in front is no whole line
  return lines.slice(start > 0 ? 1 : 0, -1).filter((line) => line.trim() !== '')
}
