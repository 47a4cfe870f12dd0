import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** SQLite's write-ahead log would fill it before its own time to be merged has come. */
const SIZE = '4m'
const PIECE = Buffer.alloc(4096)

/** A file system of its own that can be filled to the last byte. */
export class SmallDisk {
  readonly directory: string
  readonly #filler: string
  isFull = false

  private constructor(directory: string) {
    this.directory = directory
    this.#filler = join(directory, 'filler')
  }

  /** @returns `undefined` where this user may not mount one */
  static mount(directory: string): SmallDisk | undefined {
    mkdirSync(directory, { recursive: true })
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', directory], { stdio: 'pipe' })
    } catch {
      // not root, or a container without the right to mount
      return undefined
    }
    return new SmallDisk(directory)
  }

  fill(): void {
    this.isFull = true
    const file = openSync(this.#filler, 'a')
    try {
      for (;;) writeSync(file, PIECE)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    } finally {
      closeSync(file)
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true })
    this.isFull = false
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.directory], { stdio: 'pipe' })
  }
}
