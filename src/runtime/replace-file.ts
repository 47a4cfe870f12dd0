import { chownSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { flushNames } from './make-directory.ts'

/**
 * Replaces a small text file: a reader finds the old one or the new one, whole. One writer at a time.
 * @param options.mode permission bits; default 0o666 without those of the umask
 * @param options.flush whether the text is on the disk before the old one goes, and the new one is durable when this returns; default
 *   `false`: after a power cut either of them may stand there, or a piece of the new one
 * @param options.owner whose the file is to be; default whoever runs this
 * @throws Error of the file system; then the old one stands
 */
export function replaceFile(
  path: string,
  text: string,
  options: {
    readonly mode?: number
    readonly flush?: boolean
    readonly owner?: { readonly uid: number; readonly gid: number }
  } = {},
): void {
  // a left-over of a crash keeps the mode it was made with
  rmSync(`${path}.new`, { force: true })
  const { owner, ...writing } = options
  writeFileSync(`${path}.new`, text, writing)
  if (owner !== undefined) chownSync(`${path}.new`, owner.uid, owner.gid)
  renameSync(`${path}.new`, path)
  if (options.flush === true) flushNames(dirname(path))
}
