import type { HandoutPiece, HandoutStore } from '../../src/bouncers/index.ts'
import type { BouncerRecord, RosterChanges, RosterStore } from '../../src/roster/index.ts'
import { HoneyjamError } from '../../src/runtime/index.ts'

/** What is on disk, for any number of processes. */
export class BouncerDisk {
  readonly bouncers = new Map<string, BouncerRecord>()
  readonly pieces: HandoutPiece[] = []

  /** The stores of one process; dead ones write nothing any more. */
  open({ isShared }: { readonly isShared: boolean }): ModelStore {
    return new ModelStore(this, isShared)
  }
}

/** A store in memory that can die, and fail with or without having written. */
export class ModelStore implements HandoutStore, RosterStore<BouncerRecord> {
  readonly isShared: boolean
  isDead = false
  /** What becomes of the next piece. */
  nextPiece: 'fails' | 'fails once written' | undefined
  readonly #disk: BouncerDisk

  constructor(disk: BouncerDisk, isShared: boolean) {
    this.#disk = disk
    this.isShared = isShared
  }

  async load(): Promise<readonly BouncerRecord[]> {
    return [...this.#disk.bouncers.values()]
  }

  async write({ seen, gone }: RosterChanges<BouncerRecord>): Promise<void> {
    if (this.isDead) return
    for (const bouncer of seen) this.#disk.bouncers.set(`${bouncer.accountId} ${bouncer.memberId}`, bouncer)
    for (const { accountId, memberId } of gone) this.#disk.bouncers.delete(`${accountId} ${memberId}`)
  }

  async readPieces(_accountId: number, afterPosition: number): Promise<readonly HandoutPiece[]> {
    return this.#disk.pieces.filter(({ position }) => position > afterPosition)
  }

  async appendPiece(
    _accountId: number,
    { afterPosition, bodies }: { readonly afterPosition: number; readonly bodies: readonly Uint8Array[] },
  ): Promise<boolean> {
    const fate = this.nextPiece
    this.nextPiece = undefined
    if (this.isDead || fate === 'fails') throw new HoneyjamError('STORE_UNAVAILABLE', 'no space left')
    if ((this.#disk.pieces.at(-1)?.position ?? 0) !== afterPosition) return false
    const position = afterPosition + 1
    this.#disk.pieces.push(...bodies.map((body, part) => ({ position, isBase: false, part, body })))
    if (fate !== undefined) throw new HoneyjamError('STORE_UNAVAILABLE', 'the connection was lost')
    return true
  }

  async replacePieces(
    _accountId: number,
    { position, bodies }: { readonly position: number; readonly bodies: readonly Uint8Array[] },
  ): Promise<boolean> {
    const { pieces } = this.#disk
    if (this.isDead || !pieces.some((piece) => !piece.isBase && piece.position === position)) return false
    const later = pieces.filter((piece) => piece.position > position)
    pieces.length = 0
    pieces.push(...bodies.map((body, part) => ({ position, isBase: true, part, body })), ...later)
    return true
  }
}
