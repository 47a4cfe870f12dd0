import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, in memory. */
export interface SmallDisk {
  readonly path: string
  /** With another option, such as `ro`. */
  remount(option: string): void
  remove(): void
}

/** Whether this user may mount one: root on Linux, if nothing forbids it. */
export const CAN_MOUNT = canMount()

/** @param mebibytes its size */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'honeyjam-mount-'))
  const mount = (...arguments_: string[]) => execFileSync('mount', [...arguments_, path], { stdio: 'ignore' })
  mount('-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs')
  return {
    path,
    remount: (option) => void mount('-o', `remount,${option}`),
    remove() {
      // lazily: a test that failed may have left files open
      execFileSync('umount', ['--lazy', path])
      rmSync(path, { recursive: true })
    },
  }
}

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
