import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '../runtime/index.ts'
import { parseRotation } from './rotation-name.ts'

/** The name of the file that is written to: the one Cowrie gives its own. */
export const JOURNAL_FILE = 'cowrie.json'
/** Behind the day stands the epoch second, so that the names of one day are in order too. */
const SECOND = /-(\d{10})$/

interface JournalFile {
  readonly path: string
  readonly second: number
  readonly inode: number
  readonly bytes: number
}

/**
 * Gives the current file the name of a rotated one. Later names are always the greater ones, also when the clock was
 * set back, or when two fall into one second.
 */
export async function rotateJournal(directory: string, nowMs: number): Promise<void> {
  const newest = (await listRotated(directory)).at(-1)
  const second = Math.max(Math.floor(nowMs / 1000), (newest?.second ?? 0) + 1)
  const day = new Date(second * 1000).toISOString().slice(0, 10)
  const name = `${JOURNAL_FILE}.${day}-${String(second).padStart(10, '0')}`
  await rename(join(directory, JOURNAL_FILE), join(directory, name))
}

export interface TrimOptions {
  /** For all rotated files together. */
  readonly maxBytes: number
  /** Those of the files that readers have open, one a reader; all files older than each of them have been read. */
  readonly inodesBeingRead: readonly number[]
  readonly logger: Logger
}

/** Removes the oldest rotated files beyond the budget, loudly if nobody is known to have read them. */
export async function trimJournal(
  directory: string,
  { maxBytes, inodesBeingRead, logger }: TrimOptions,
): Promise<void> {
  const files = await listRotated(directory)
  const current = await stat(join(directory, JOURNAL_FILE)).catch(() => undefined)
  const inodes = [...files.map(({ inode }) => inode), current?.ino]
  const firstUnread =
    inodesBeingRead.length === 0 ? 0 : Math.min(...inodesBeingRead.map((inode) => inodes.indexOf(inode)))
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  for (const [index, file] of files.entries()) {
    if (bytes <= maxBytes) return
    await rm(file.path, { force: true })
    bytes -= file.bytes
    const what = { file: file.path, bytes: file.bytes, maxBytes }
    if (index < firstUnread) logger.info(what, 'an old file of the journal that has been read was removed')
    else
      logger.error(
        what,
        'the journal is full: its oldest file was removed, lines nobody has read may be lost',
      )
  }
}

/** Makes names durable: those of a directory are not part of any file. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Oldest first. */
async function listRotated(directory: string): Promise<JournalFile[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(`${JOURNAL_FILE}.`))
  const files = await Promise.all(names.map((name) => rotatedFile(directory, name)))
  return files.filter((file) => file !== undefined).toSorted((one, other) => one.second - other.second)
}

async function rotatedFile(directory: string, name: string): Promise<JournalFile | undefined> {
  const second = SECOND.exec(name)?.[1]
  if (second === undefined || parseRotation(name.slice(JOURNAL_FILE.length)) === undefined) return undefined
  const path = join(directory, name)
  const { ino, size } = await stat(path)
  return { path, second: Number(second), inode: ino, bytes: size }
}
