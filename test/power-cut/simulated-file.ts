import type { Luck } from './luck.ts'

/** Written whole or not at all; what a write leaves of it outside its own bytes stays (SQLite's "powersafe overwrite"). */
const SECTOR_BYTES = 512

type Change =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly size: number }

/** A file as the programs see it, and what of it is certain to be on the disk. */
export class SimulatedFile {
  #content = Buffer.alloc(0)
  #synced = Buffer.alloc(0)
  #changes: Change[] = []
  modifiedMs = 0

  get content(): Buffer {
    return this.#content
  }

  change(change: Change, atMs: number): void {
    this.#content = changed(this.#content, change)
    this.#changes.push(change)
    this.modifiedMs = atMs
  }

  sync(): void {
    this.#synced = this.#content
    this.#changes = []
  }

  /** What stands on the disk after a power cut: of each sector, and of the size, one of the states since the last sync. */
  afterCut(luck: Luck): Buffer {
    const newest = this.#changes.length
    if (newest === 0) return this.#synced
    const sizes = [this.#synced.length]
    const stateOf = new Map<number, number>()
    const left = Buffer.alloc(this.#mostBytes())
    this.#synced.copy(left)
    let content = this.#synced
    for (const [index, change] of this.#changes.entries()) {
      const before = content.length
      content = changed(content, change)
      sizes.push(content.length)
      for (const sector of sectorsOf(change, before)) {
        const state = stateOf.get(sector) ?? luck.state(newest)
        stateOf.set(sector, state)
        if (state > index) copySector(sector, content, left)
        if (state === index + 1 && luck.garbles()) garble(sector, change, left, luck)
      }
    }
    return left.subarray(0, sizes[luck.state(newest)])
  }

  #mostBytes(): number {
    const ends = this.#changes.map((change) =>
      change.kind === 'write' ? change.offset + change.bytes.length : change.size,
    )
    return Math.max(this.#synced.length, ...ends)
  }
}

/** A new buffer: those before it are still in use. */
function changed(content: Buffer, change: Change): Buffer<ArrayBuffer> {
  const size =
    change.kind === 'truncate' ? change.size : Math.max(content.length, change.offset + change.bytes.length)
  const next = Buffer.alloc(size)
  content.copy(next)
  if (change.kind === 'write') change.bytes.copy(next, change.offset)
  return next
}

function* sectorsOf(change: Change, sizeBefore: number): Generator<number, void, void> {
  const [start, end] =
    change.kind === 'write'
      ? [change.offset, change.offset + change.bytes.length]
      : [Math.min(change.size, sizeBefore), Math.max(change.size, sizeBefore)]
  for (let sector = Math.floor(start / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector += 1) yield sector
}

function copySector(sector: number, from: Buffer, to: Buffer): void {
  const start = sector * SECTOR_BYTES
  to.fill(0, start, Math.min(start + SECTOR_BYTES, to.length))
  from.copy(to, start, start, start + SECTOR_BYTES)
}

function garble(sector: number, change: Change, content: Buffer, luck: Luck): void {
  if (change.kind !== 'write') return
  const start = Math.max(sector * SECTOR_BYTES, change.offset)
  const end = Math.min((sector + 1) * SECTOR_BYTES, change.offset + change.bytes.length)
  for (let at = start; at < end; at += 1) content[at] = luck.byte()
}
