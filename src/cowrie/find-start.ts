import { findPosition, openListed } from './find-position.ts'
import { isSameFile, positionIn } from './fingerprint.ts'
import type { LogPosition } from './log-batch.ts'
import { bytesOf, filesAfter } from './log-chain.ts'
import type { LogFile } from './log-file.ts'
import type { ListedFile } from './log-listing.ts'

/** Where reading is to begin. */
export interface Start {
  /** Its next byte is at `offset`. */
  readonly file: LogFile
  readonly offset: number
  /** Of the files that come after it. */
  readonly laterBytes: number
  /** The file of the position is gone, with whatever stood behind the position. */
  readonly isAfterLoss: boolean
  /** The file lost what had been read at its end, and has been written to since: nobody knows from where on. */
  readonly isRegrown: boolean
}

/**
 * Opens the file of the position, if there is one; else the oldest file written to since `unreadSinceMs`, or the current
 * file where that is left out. When the file of the position is gone,
 * the oldest file that was written to later is next: all of it is unread.
 * @returns `absent` when there is no such file, `moved` when files were renamed meanwhile
 * @throws Error of the file system
 */
export async function findStart(
  files: readonly ListedFile[],
  position: LogPosition | undefined,
  unreadSinceMs = Infinity,
): Promise<Start | 'absent' | 'moved'> {
  if (position === undefined) return await openFirst(filesAfter(files, undefined, unreadSinceMs))
  const file = await findPosition(files, position)
  if (file === 'moved') return file
  if (file === 'absent') {
    const start = await openFirst(filesAfter(files, undefined, position.modifiedMs))
    return typeof start === 'string' ? start : { ...start, isAfterLoss: position.offset > 0 }
  }
  const isRegrown = !(await file.canEndLine(position.offset))
  const offset = isRegrown ? 0 : position.offset
  await file.skipTo(offset)
  const listed = files.find((candidate) => candidate.path === file.path)
  const later = filesAfter(files, listed, position.modifiedMs)
  return { file, offset, laterBytes: bytesOf(later), isAfterLoss: false, isRegrown }
}

async function openFirst([first, ...later]: readonly ListedFile[]): Promise<Start | 'absent' | 'moved'> {
  if (first === undefined) return 'absent'
  const file = await openListed(first)
  if (file === undefined) return 'moved'
  return { file, offset: 0, laterBytes: bytesOf(later), isAfterLoss: false, isRegrown: false }
}

/**
 * What is to be read after an open file, in this order.
 * @throws Error of the file system
 */
export async function findLaterFiles(file: LogFile, files: readonly ListedFile[]): Promise<ListedFile[]> {
  const { modifiedMs } = await file.state()
  const listed = files.find((candidate) => isSameFile(candidate, file))
  if (listed !== undefined) return filesAfter(files, listed, modifiedMs)
  // it was deleted, perhaps after it was packed: then what it was packed into holds nothing new
  const copy = await findPosition(files, positionIn(file, file.head.length, await file.state()))
  if (copy === 'moved') return []
  if (copy === 'absent') return filesAfter(files, undefined, modifiedMs)
  await copy.close()
  return filesAfter(
    files,
    files.find((candidate) => candidate.path === copy.path),
    modifiedMs,
  )
}
