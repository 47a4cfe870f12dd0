import { closeSync, openSync, readSync, renameSync, writeSync } from 'node:fs'

/** Most bytes of one write. */
const PIECE_BYTES = 1_000_000
const LINE_FEED = 10

/** Copies a log piece by piece, beginning anew at its end. */
export class GrowingLog {
  readonly path: string
  readonly #source: number
  readonly #piece = Buffer.alloc(PIECE_BYTES)
  #target: number
  #offset = 0
  lines = 0
  bytes = 0

  constructor(path: string, source: string) {
    this.path = path
    this.#source = openSync(source, 'r')
    this.#target = openSync(path, 'a')
  }

  write(): void {
    const read = readSync(this.#source, this.#piece, 0, this.#piece.length, this.#offset)
    const end = this.#piece.subarray(0, read).lastIndexOf(LINE_FEED) + 1
    writeSync(this.#target, this.#piece, 0, end)
    for (
      let at = this.#piece.indexOf(LINE_FEED);
      at >= 0 && at < end;
      at = this.#piece.indexOf(LINE_FEED, at + 1)
    )
      this.lines += 1
    this.bytes += end
    this.#offset = read < this.#piece.length ? 0 : this.#offset + end
  }

  rotate(name: string): void {
    renameSync(this.path, name)
    closeSync(this.#target)
    this.#target = openSync(this.path, 'a')
  }

  close(): void {
    closeSync(this.#target)
    closeSync(this.#source)
  }
}
