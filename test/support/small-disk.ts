import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, in memory. */
export interface SmallDisk {
  readonly path: string
  /** With another option, such as `ro`. */
  remount(option: string): void
  /** Leaves the directory behind, empty. */
  unmount(): void
  remove(): void
}

/** Whether this user may mount one: root on Linux, if nothing forbids it. */
export const CAN_MOUNT = canMount()

/**
 * @param mebibytes its size
 * @param path where to mount it, made where absent; default a directory of its own
 */
export function mountSmallDisk(
  mebibytes: number,
  path = mkdtempSync(join(tmpdir(), 'honeyjam-mount-')),
): SmallDisk {
  mkdirSync(path, { recursive: true })
  const mount = (...arguments_: string[]) => execFileSync('mount', [...arguments_, path], { stdio: 'ignore' })
  mount('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs')
  // lazily: a test that failed may have left files open
  const unmount = () => void execFileSync('umount', ['--lazy', path])
  return {
    path,
    remount: (option) => void mount('-o', `remount,${option}`),
    unmount,
    remove() {
      unmount()
      rmSync(path, { recursive: true })
    },
  }
}

/** Fills the disk that a file is on to the last byte. Removing the file makes room again. */
export function fillDisk(filler: string): void {
  const file = openSync(filler, 'a')
  try {
    for (;;) writeSync(file, PIECE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
}

const PIECE = Buffer.alloc(4096)

function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  try {
    mountSmallDisk(1).remove()
    return true
  } catch {
    // a container without the right to mount
    return false
  }
}
