/** The part of a Cowrie event that agents use; names as in Cowrie's JSON. */
export interface CowrieEvent {
  readonly eventid: string
  /** As logged: an address nobody has checked yet, at most 256 characters. */
  readonly src_ip: string | undefined
  /** Epoch milliseconds of `timestamp`; `undefined` when it is missing or does not parse. */
  readonly timestampMs: number | undefined
}

/**
 * Where reading stands in one log file, so that it can go on after a restart, a rotation or a move.
 * Plain data: it survives `JSON.stringify` and back. In a gzipped file everything counts in unpacked bytes.
 */
export interface LogPosition {
  /** The path under which the file was opened; it may have been renamed since. */
  readonly path: string
  readonly device: number
  readonly inode: number
  /** SHA-256 (hex) of the first `fingerprintBytes` of the file; tells apart files that reuse an inode. */
  readonly fingerprint: string
  /** 0..1024, not more than `offset` unless that is 0: what stands in an append-only file does not change. */
  readonly fingerprintBytes: number
  /** Bytes from the start to the end of the last whole line taken. */
  readonly offset: number
  /** When the file was last written, epoch milliseconds: should it be gone, files written later are unread. */
  readonly modifiedMs: number
}

/** What reading found in one go; counts are of this batch alone. */
export interface LogBatch {
  /** Events whose `eventid` (without its last part) is one of the wanted groups, in the order of the file. */
  readonly events: readonly CowrieEvent[]
  /** All lines, blank ones included. */
  readonly lines: number
  /** Bytes read (unpacked ones of a gzipped file), the head of a line that is not complete yet included. */
  readonly bytes: number
  readonly blankLines: number
  /** Lines that hold a JSON object with a text `eventid`; by their shape alone past the first 64 MiB of a file. */
  readonly eventLines: number
  /** Lines that are not blank and not JSON, or longer than 16 MiB. */
  readonly unparsableLines: number
  /** After this batch; `undefined` where nothing can be resumed (standard input, sockets). */
  readonly position: LogPosition | undefined
  /** Bytes that stand in the log behind this batch, as far as known; packed ones of a gzipped file. */
  readonly lagBytes: number
}
