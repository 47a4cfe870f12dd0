/** Bytes that come in pieces from elsewhere, of which the first can be looked at before they are taken. */
export class PieceQueue {
  readonly #source: AsyncGenerator<Buffer, void, void>
  #waiting: Buffer = Buffer.alloc(0)
  #failure: { readonly cause: unknown } | undefined
  /** How many bytes were taken. */
  #offset = 0

  constructor(source: AsyncGenerator<Buffer, void, void>) {
    this.#source = source
  }

  /** What was pulled and not yet taken. */
  get waiting(): Buffer {
    return this.#waiting
  }

  /** Makes `waiting` hold at least so many bytes, if there are. What fails on the way is thrown by `next`, behind them. */
  async collect(bytes: number): Promise<void> {
    while (this.#waiting.length < bytes) {
      const piece = await this.#pull()
      if (piece === undefined) return
      this.#waiting = this.#waiting.length === 0 ? piece : Buffer.concat([this.#waiting, piece])
    }
  }

  /**
   * Takes the next piece; empty at the end.
   * @throws whatever the source threw, once all before it was taken
   */
  async next(): Promise<Buffer> {
    await this.collect(1)
    if (this.#waiting.length === 0 && this.#failure !== undefined) throw this.#failure.cause
    return this.#take(this.#waiting.length)
  }

  /** Drops what stands before `offset`, as far as it was not taken yet. */
  async skipTo(offset: number): Promise<void> {
    while (this.#offset < offset) {
      await this.collect(1)
      if (this.#waiting.length === 0) return
      this.#take(Math.min(this.#waiting.length, offset - this.#offset))
    }
  }

  async close(): Promise<void> {
    await this.#source.return()
  }

  #take(bytes: number): Buffer {
    const taken = this.#waiting.subarray(0, bytes)
    this.#waiting = this.#waiting.subarray(bytes)
    this.#offset += bytes
    return taken
  }

  async #pull(): Promise<Buffer | undefined> {
    if (this.#failure !== undefined) return undefined
    try {
      const result = await this.#source.next()
      return result.done === true ? undefined : result.value
    } catch (cause) {
      this.#failure = { cause }
      return undefined
    }
  }
}
