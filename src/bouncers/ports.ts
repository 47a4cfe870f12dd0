/** A part of what the bouncers of an account were told. */
export interface HandoutPiece {
  /** 1, 2, ...: in the order in which it was told. */
  readonly position: number
  /** Whether it holds all that was told up to its position; else what was told at it. */
  readonly isBase: boolean
  /** 0, 1, ... of a piece in several parts. */
  readonly part: number
  /** See `piece-codec.ts`. */
  readonly body: Uint8Array
}

/** Where it is remembered what the bouncers of each account were told. Held by `test/contracts/handout-store.ts`. */
export interface HandoutStore {
  /** Whether other processes write here as well. */
  readonly isShared: boolean
  /**
   * The pieces behind a position, by position and part. A base that comes later than `afterPosition` is among them, and what it
   * replaced is not.
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  readPieces(accountId: number, afterPosition: number): Promise<readonly HandoutPiece[]>
  /**
   * Puts a piece on stable storage behind the last one.
   * @returns false, and nothing was written, when the last one is not at `afterPosition`: another process was first
   * @throws HoneyjamError STORE_UNAVAILABLE it may have been written or not
   */
  appendPiece(
    accountId: number,
    piece: { readonly afterPosition: number; readonly bodies: readonly Uint8Array[] },
  ): Promise<boolean>
  /**
   * Puts a base in the place of everything up to its position.
   * @returns false, and nothing was written, when there is no piece at that position (any more)
   * @throws HoneyjamError STORE_UNAVAILABLE it may have been written or not
   */
  replacePieces(
    accountId: number,
    base: { readonly position: number; readonly bodies: readonly Uint8Array[] },
  ): Promise<boolean>
}
