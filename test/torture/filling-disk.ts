import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { CAN_MOUNT, fillDisk, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

/** SQLite's write-ahead log would fill it before its own time to be merged has come. */
const MEBIBYTES = 4

/** A file system of its own that is full now and then. */
export class FillingDisk {
  readonly #disk: SmallDisk
  readonly #filler: string
  isFull = false

  private constructor(disk: SmallDisk) {
    this.#disk = disk
    this.#filler = join(disk.path, 'filler')
  }

  /** @returns `undefined` where this user may not mount one */
  static mount(directory: string): FillingDisk | undefined {
    return CAN_MOUNT ? new FillingDisk(mountSmallDisk(MEBIBYTES, directory)) : undefined
  }

  fill(): void {
    this.isFull = true
    fillDisk(this.#filler)
  }

  free(): void {
    rmSync(this.#filler, { force: true })
    this.isFull = false
  }

  unmount(): void {
    this.#disk.unmount()
  }
}
