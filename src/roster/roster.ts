import type { Member, MemberId } from './ports.ts'

/** What a member says of itself; who it belongs to and when it came, the service adds. */
export type Word<Kind extends Member> = Omit<Kind, Exclude<keyof Member, 'memberId'>>

/**
 * Programs of one kind that said that they are alive, answered from memory. No call on one account shows anything of
 * another.
 */
export interface Roster<Kind extends Member> {
  /** Takes in what came with this key at this moment. It is written to the store a little later. */
  note(
    word: Word<Kind>,
    from: { readonly accountId: number; readonly keyId: number; readonly nowMs: number },
  ): void
  /**
   * As {@link note}, for somebody who must not be forgotten by a kill.
   * @throws HoneyjamError STORE_UNAVAILABLE it may be forgotten
   */
  enter(word: Word<Kind>, from: Parameters<Roster<Kind>['note']>[1]): Promise<void>
  /** Reads what other processes on the same store were told. @throws HoneyjamError STORE_UNAVAILABLE */
  refresh(): Promise<void>
  find(id: MemberId): Kind | undefined
  /** The account's members, the one seen last first; those unseen for {@link FORGET_AFTER_MS} are left out. */
  list(accountId: number, nowMs: number): readonly Kind[]
  /** Accounts that have members. */
  accountIds(): Iterable<number>
  /** How many members of the account had to make room for others since the start. */
  displaced(accountId: number): number
  /** Writes what is not written yet; a store that does not take it is logged. */
  close(): Promise<void>
}

/** Who was not seen for so long is forgotten: 90 days. */
export const FORGET_AFTER_MS = 90 * 86_400_000
