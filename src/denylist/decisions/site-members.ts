import { comparePacked, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import type { Member } from './widen.ts'

/** Whoever has a /64 has all its addresses: more of them than these would tell nothing. */
const MOST_OF_A_SUBNET = 8

/**
 * Of each /64 among the members of one site the addresses that are listed longest, eight at most: for those that can block nothing
 * but single addresses. The same ones whatever order the members come in.
 * @param copyWords writes the address of a row
 */
export function longestListed(
  members: readonly Member[],
  copyWords: (row: number, words: Uint32Array) => void,
): readonly Member[] {
  const [left, right] = [new Uint32Array(WORDS_PER_ADDRESS), new Uint32Array(WORDS_PER_ADDRESS)]
  const isBefore = (one: Member, other: Member) => {
    if (one.expiresAtMs !== other.expiresAtMs) return one.expiresAtMs > other.expiresAtMs
    copyWords(one.row, left)
    copyWords(other.row, right)
    return comparePacked(left, 0, right, 0) < 0
  }
  const bySubnet = new Map<number, Member[]>()
  for (const member of members) {
    const best = bySubnet.get(member.secondWord) ?? []
    bySubnet.set(member.secondWord, best)
    let at = best.length
    while (at > 0 && isBefore(member, best[at - 1] as Member)) at--
    if (at === MOST_OF_A_SUBNET) continue
    best.splice(at, 0, member)
    best.length = Math.min(best.length, MOST_OF_A_SUBNET)
  }
  return [...bySubnet.values()].flat()
}
