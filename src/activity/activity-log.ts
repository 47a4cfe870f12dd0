import type { NotedRequest } from './describe-request.ts'
import type { Activity, ActivityKey } from './ports.ts'

/** How long requests are remembered. */
export interface ActivityRetention {
  readonly days: number
  /** Of each key the newest so many. */
  readonly perKey: number
}

/** What keys did: each request that came with a valid one. No call on one key shows anything of another. */
export interface ActivityLog {
  /**
   * Takes in a request that was answered. Costs microseconds and never waits; it is written within a second or so. When
   * too many wait to be written, it is dropped and counted.
   */
  note(request: NotedRequest): void
  /**
   * The requests of a key, newest first, those just noted included.
   * @param part.page from 1
   * @throws HoneyjamError STORE_UNAVAILABLE
   */
  list(
    key: ActivityKey,
    part: { readonly page: number; readonly pageSize: number },
  ): Promise<readonly Activity[]>
  /** Requests that were dropped since the start. */
  readonly dropped: number
  /** Writes what is not written yet; a store that does not take it is logged. */
  close(): Promise<void>
}
