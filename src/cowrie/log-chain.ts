import type { ListedFile } from './log-listing.ts'

/**
 * The files that are to be read after one of a log, in the order in which they were written; the current one comes last.
 * Age goes by the names, which rotation numbers or dates; by the time of the last write where these differ in kind, or
 * when `after` is a file that no rotation named.
 * @param after that file as it is listed now, if it is
 * @param lastWriteMs when that file was last written
 */
export function filesAfter(
  files: readonly ListedFile[],
  after: ListedFile | undefined,
  lastWriteMs: number,
): ListedFile[] {
  if (after?.isCurrent === true) return []
  const current = files.filter((file) => file.isCurrent)
  const rotated = sortByAge(withoutPackedTwins(files.filter((file) => file.rotation !== undefined)))
  const index = rotated.findIndex((file) => file.path === after?.path)
  const younger =
    index === -1 ? rotated.filter((file) => file.modifiedMs > lastWriteMs) : rotated.slice(index + 1)
  return [...younger, ...current]
}

/** How much these files take on disk. */
export function bytesOf(files: readonly ListedFile[]): number {
  return files.reduce((sum, file) => sum + file.bytes, 0)
}

function sortByAge(rotated: readonly ListedFile[]): ListedFile[] {
  const isOfOneKind = new Set(rotated.map((file) => file.rotation?.kind)).size <= 1
  return rotated.toSorted((one, other) => {
    const byName = isOfOneKind ? (one.rotation?.order ?? 0) - (other.rotation?.order ?? 0) : 0
    return byName === 0 ? one.modifiedMs - other.modifiedMs : byName
  })
}

/** While a file is being packed both forms lie there, and the packed one is not complete. */
function withoutPackedTwins(files: readonly ListedFile[]): ListedFile[] {
  const paths = new Set(files.map((file) => file.path))
  return files.filter((file) => !(file.path.endsWith('.gz') && paths.has(file.path.slice(0, -'.gz'.length))))
}
