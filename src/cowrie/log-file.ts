/** Gives the bytes of a log one after the other. */
export interface PieceReader {
  /**
   * The next bytes, unpacked; empty at the end. They stay as they are until the second call after this one.
   * @throws Error of the file system, or of zlib where a packed log is cut off or damaged: all before that was given
   */
  read(): Promise<Buffer>
  close(): Promise<void>
}

/** A file of a log, opened for reading. It is the same file until it is closed, however it may be renamed. */
export interface LogFile extends PieceReader {
  /** The name under which it was opened. */
  readonly path: string
  readonly device: number
  readonly inode: number
  /** The first bytes, at most {@link HEAD_BYTES}: those that were there when last looked at. */
  readonly head: Buffer
  /** Goes on at `offset`, which lies not before the bytes already read. */
  skipTo(offset: number): Promise<void>
  /** The remaining bytes are those of the time of the call: the next piece may be asked for meanwhile. */
  state(): Promise<LogFileState>
  /** Whether a line can end there; not where a file lost its end, as in a power cut, and has grown past it since. */
  canEndLine(offset: number): Promise<boolean>
  /** The same if the file still holds what was read from it; `undefined` once it was cut or written anew. */
  stateIfIntact(): Promise<LogFileState | undefined>
}

export interface LogFileState {
  readonly modifiedMs: number
  /** How many unpacked bytes it holds; `undefined` of a packed file, which does not say so. */
  readonly bytes: number | undefined
  /** Bytes on disk that have not been read. */
  readonly remainingBytes: number
}
