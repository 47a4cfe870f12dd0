import { HoneyjamError } from '../runtime/index.ts'

/** How much may wait for one target, and what happens when it does. */
export interface SpoolLimit {
  /** Distinct addresses; repeats fold into one. */
  readonly maxAddresses: number
  /**
   * `wait`: reading stops until there is room, and the log holds the rest.
   * `drop_oldest`: what was seen longest ago makes room and is counted as dropped.
   */
  readonly whenFull: WhenFull
}

export type WhenFull = 'wait' | 'drop_oldest'

/** What one waiting address takes on disk, at most: 115 bytes measured with random IPv6 addresses, 57 with IPv4. */
const BYTES_PER_ADDRESS = 128

/** @param megabytes 10^6 bytes of disk */
export function addressesIn(megabytes: number): number {
  return Math.floor((megabytes * 1_000_000) / BYTES_PER_ADDRESS)
}

/** Nothing was written; the log still holds what was read. */
export function spoolFull(path: string, maxAddresses: number): HoneyjamError {
  return new HoneyjamError(
    'SPOOL_FULL',
    `${maxAddresses} addresses wait to be reported, as many as spool_megabytes allows`,
    { fields: { path, maxAddresses } },
  )
}
