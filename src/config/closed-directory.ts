import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The outermost directory above an absolute path that this user may not enter: what to open before anything below can be read.
 * @param mayEnter whether this user may; of a directory that is not there, true
 */
export function closedDirectoryAbove(
  path: string,
  mayEnter: (directory: string) => boolean = mayEnterNow,
): string | undefined {
  const above = dirname(path)
  const outer = above === path ? undefined : closedDirectoryAbove(above, mayEnter)
  return outer ?? (above === path || mayEnter(above) ? undefined : above)
}

function mayEnterNow(directory: string): boolean {
  try {
    accessSync(directory, constants.X_OK)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EACCES')
  }
}
