/** Who of which account. */
export interface MemberId {
  readonly accountId: number
  /** Chosen by the program itself; means nothing outside its account. */
  readonly memberId: string
}

/** A program that says now and then that it is alive, by its last word. */
export interface Member extends MemberId {
  /** The key the word came with. */
  readonly keyId: number
  /** By the service's clock. */
  readonly lastSeenAtMs: number
}

/** What has changed since it was written last; nobody stands in both. */
export interface RosterChanges<Kind extends Member> {
  readonly seen: readonly Kind[]
  readonly gone: readonly MemberId[]
}

/** Where members of one kind are remembered. Held by `test/contracts/roster-store.ts`. */
export interface RosterStore<Kind extends Member> {
  /** Whether other processes write here as well. */
  readonly isShared: boolean
  /** All of them, in no order. */
  load(): Promise<readonly Kind[]>
  /**
   * Writes all of it or nothing; a repeat changes nothing. Who is gone need not be there.
   * @throws HoneyjamError STORE_UNAVAILABLE nothing was written
   */
  write(changes: RosterChanges<Kind>): Promise<void>
}
