import { holdsPosition, isSameFile } from './fingerprint.ts'
import type { LogPosition } from './log-batch.ts'
import type { LogFile } from './log-file.ts'
import type { ListedFile } from './log-listing.ts'
import { openLogFile } from './open-log-file.ts'
import { isAbsence, systemErrorCode } from './unreadable.ts'

/**
 * Finds the file in which a position was taken, whatever became of it: renamed, packed, copied before the original was
 * cut, or moved to another file system. Its device and inode are tried first, but the start of its content decides.
 * @returns the file, opened; or `absent`; or `moved` when files were renamed meanwhile, so that another listing is needed
 * @throws Error of the file system when the file may not be read
 */
export async function findPosition(
  files: readonly ListedFile[],
  position: LogPosition,
): Promise<LogFile | 'absent' | 'moved'> {
  for (const candidate of byLikelihood(files, position)) {
    const file = await openCandidate(candidate, position)
    if (file === 'moved') return file
    if (file === 'unreadable') continue
    if (await holdsPosition(file, position)) return file
    await file.close()
  }
  return 'absent'
}

async function openCandidate(
  candidate: ListedFile,
  position: LogPosition,
): Promise<LogFile | 'moved' | 'unreadable'> {
  try {
    return (await openListed(candidate)) ?? 'moved'
  } catch (error) {
    // one of many that it might be is no reason to wait: if it holds anything unread, its time of writing will tell
    if (systemErrorCode(error) !== undefined && !isSameFile(candidate, position)) return 'unreadable'
    throw error
  }
}

/** Opens a file of a listing; `undefined` when another one has its name by now, or none. */
export async function openListed(listed: ListedFile): Promise<LogFile | undefined> {
  try {
    const file = await openLogFile(listed.path)
    if (isSameFile(file, listed)) return file
    await file.close()
    return undefined
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

function byLikelihood(files: readonly ListedFile[], position: LogPosition): ListedFile[] {
  const likelihood = (file: ListedFile): number => {
    if (isSameFile(file, position)) return 2
    return isPartOfLog(file) ? 1 : 0
  }
  return files.toSorted((one, other) => likelihood(other) - likelihood(one))
}

function isPartOfLog(file: ListedFile): boolean {
  return file.isCurrent || file.rotation !== undefined
}
