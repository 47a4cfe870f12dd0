/** Whose requests are asked for. */
export interface ActivityKey {
  readonly accountId: number
  readonly keyId: number
}

/** One request of a key as it is remembered; texts are cut and hold neither keys nor other secrets. */
export interface Activity extends ActivityKey {
  /** Unique; sorts by time (see `activity-id.ts`). */
  readonly activityId: string
  readonly atMs: number
  /** Of the client; empty when it is not known. */
  readonly address: string
  readonly userAgent: string
  readonly method: string
  readonly uri: string
  /** The beginning of it. */
  readonly body: string
  readonly status: number
  /** Of the operation it became; empty when it became none. */
  readonly receiptId: string
}

/** What is deleted: all that sorts before an id, and what is not among the newest of its key. */
export interface ActivityLimits {
  readonly beforeId: string
  /** At least 1. */
  readonly keepPerKey: number
}

/** Where the requests of keys are remembered. Held by `test/contracts/activity-store.ts`. */
export interface ActivityStore {
  /**
   * Adds all of it or nothing; what is there already stays as it is. Not flushed: a power cut may lose the last seconds.
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was written
   */
  writeActivities(activities: readonly Activity[]): Promise<void>
  /** @returns those of one key, newest first, without the first `offset` */
  readActivities(
    key: ActivityKey,
    part: { readonly offset: number; readonly limit: number },
  ): Promise<readonly Activity[]>
  /** Deletes in small transactions that let others have their turn in between. @returns rows deleted */
  deleteActivities(limits: ActivityLimits): Promise<number>
}
