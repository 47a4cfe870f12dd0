import type { Member, MemberId } from './ports.ts'

/** Members an account may have of each kind; the next one takes the place of the one longest unseen. */
export const MAX_MEMBERS = 1000

/** The members of all accounts, each account apart. */
export class MemberTable<Kind extends Member> {
  readonly #membersByAccount = new Map<number, Map<string, Kind>>()

  /** Takes in what a member said last. @returns who had to make room for it */
  note(member: Kind): MemberId | undefined {
    const members = this.#membersOf(member.accountId)
    members.delete(member.memberId)
    members.set(member.memberId, member)
    if (members.size <= MAX_MEMBERS) return undefined
    // what other processes heard comes later than it was seen, so that the order of arrival says nothing
    const longestUnseen = [...members.values()].reduce((oldest, each) =>
      each.lastSeenAtMs < oldest.lastSeenAtMs ? each : oldest,
    )
    members.delete(longestUnseen.memberId)
    return longestUnseen
  }

  find({ accountId, memberId }: MemberId): Kind | undefined {
    return this.#membersByAccount.get(accountId)?.get(memberId)
  }

  accountIds(): Iterable<number> {
    return this.#membersByAccount.keys()
  }

  /** Those of one account, the one seen last first. */
  list(accountId: number): readonly Kind[] {
    const members = [...(this.#membersByAccount.get(accountId)?.values() ?? [])].toReversed()
    return members.toSorted((a, b) => b.lastSeenAtMs - a.lastSeenAtMs)
  }

  /** Removes those that were not seen since then. @returns whom it removed */
  forgetUnseen(sinceMs: number): readonly MemberId[] {
    const all = [...this.#membersByAccount.values()].flatMap((members) => [...members.values()])
    const gone = all.filter(({ lastSeenAtMs }) => lastSeenAtMs < sinceMs)
    for (const { accountId, memberId } of gone) this.#membersByAccount.get(accountId)?.delete(memberId)
    return gone
  }

  #membersOf(accountId: number): Map<string, Kind> {
    const known = this.#membersByAccount.get(accountId)
    if (known !== undefined) return known
    const members = new Map<string, Kind>()
    this.#membersByAccount.set(accountId, members)
    return members
  }
}
