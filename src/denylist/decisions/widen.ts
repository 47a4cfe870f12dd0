import { clearHostBits, type PackedRange, type Shield } from '../../ip/index.ts'

/** So many listed /64 of one network speak against all of it. */
const EVIDENCE = 8
const SITE_BITS = 48
const HOME_BITS = 56
const SUBNET_BITS = 64
/** The bits of the second word that tell homes, or subnets, of one site apart. */
const HOME_MASK = 0xffffff00
const SUBNET_MASK = 0xffffffff
const ADDRESS_BITS = 128

/** An IPv6 address that is listed and may be blocked. */
export interface Member {
  /** Its second word, which tells the /64 of one /48 apart. */
  readonly secondWord: number
  /** Its number in the reported list. */
  readonly row: number
  readonly expiresAtMs: number
  readonly origin: number
}

/** A network that follows from members. */
export interface Subject {
  readonly range: PackedRange
  readonly expiresAtMs: number
  readonly origin: number
}

/** What is listed of one /64. */
interface Subnet extends Omit<Subject, 'range'> {
  readonly secondWord: number
  readonly members: readonly Member[]
}

/** Where the members are. */
export interface Site {
  /** Of all of them. */
  readonly firstWord: number
  readonly shield: Shield
  /** The address of a member; few of them are needed. */
  readonly wordsOf: (row: number) => Uint32Array
}

/** Subnets that are thought of as one. */
interface Family {
  readonly range: PackedRange
  readonly subnets: readonly Subnet[]
}

/**
 * What to block for the members of one /48. The subject is the /64, as long as the last of its members. Where eight of them are
 * listed in one /56, the /56 is; where eight are listed in more than one /56, the /48. A wider network ends when
 * fewer are left, and those that stay longer stand beside it, so that its end brings nothing that is not there before. A network that holds
 * an address of the shield is not blocked as a whole: the finer ones are, down to single addresses.
 *
 * One attacker may have a /48 and come from a hundred thousand addresses of it: each further one makes all of this anew, so it takes
 * time in proportion, and little.
 */
export function subjectsOf(members: readonly Member[], site: Site): readonly Subject[] {
  const subnets = Array.from(groupBy(members, SUBNET_MASK).values(), toSubnet)
  const [first] = subnets
  if (first === undefined) return []
  const all = { range: rangeAround(first, site, SITE_BITS), subnets }
  const endMs = widenedUntilMs(all, site.shield, secondHomeEndMs(subnets))
  const rest = subnets.filter(({ expiresAtMs }) => expiresAtMs > endMs)
  const found = Number.isFinite(endMs) ? [subjectOf(all, endMs)] : []
  for (const home of groupBy(rest, HOME_MASK).values()) found.push(...homeSubjects(home, site))
  return found
}

function homeSubjects(subnets: readonly Subnet[], site: Site): readonly Subject[] {
  const { shield, wordsOf } = site
  const home = { range: rangeAround(subnets[0] as Subnet, site, HOME_BITS), subnets }
  const endMs = widenedUntilMs(home, shield, Number.POSITIVE_INFINITY)
  const found = Number.isFinite(endMs) ? [subjectOf(home, endMs)] : []
  for (const subnet of subnets) {
    const { expiresAtMs, origin, members } = subnet
    if (expiresAtMs <= endMs) continue
    const range = rangeAround(subnet, site, SUBNET_BITS)
    if (shield.shareOf(range) === 'none') found.push({ range, expiresAtMs, origin })
    else
      found.push(
        ...members.map((member) => ({
          range: { words: wordsOf(member.row), prefixLength: ADDRESS_BITS },
          expiresAtMs: member.expiresAtMs,
          origin: member.origin,
        })),
      )
  }
  return found
}

/**
 * When fewer than {@link EVIDENCE} subnets are left, or fewer than two homes where it counts; -Infinity: not widened.
 * @param secondEndMs when fewer than two homes are left
 */
function widenedUntilMs({ range, subnets }: Family, shield: Shield, secondEndMs: number): number {
  const last = longestOf(subnets)[EVIDENCE - 1]
  if (last === undefined || shield.shareOf(range) !== 'none') return Number.NEGATIVE_INFINITY
  return Math.min(last.expiresAtMs, secondEndMs)
}

/** When all but one of the /56 have no subnet left; -Infinity: there are not two. */
function secondHomeEndMs(subnets: readonly Subnet[]): number {
  const endByHome = new Map<number, number>()
  for (const { secondWord, expiresAtMs } of subnets) {
    const home = secondWord & HOME_MASK
    endByHome.set(home, Math.max(expiresAtMs, endByHome.get(home) ?? Number.NEGATIVE_INFINITY))
  }
  const [, second = Number.NEGATIVE_INFINITY] = [...endByHome.values()].toSorted(
    (left, right) => right - left,
  )
  return second
}

/** The {@link EVIDENCE} subnets that stay longest, the longest first; of those that end together the first. */
function longestOf(subnets: readonly Subnet[]): readonly Subnet[] {
  const longest: Subnet[] = []
  for (const subnet of subnets) {
    const shortest = longest[EVIDENCE - 1]
    if (shortest !== undefined && shortest.expiresAtMs >= subnet.expiresAtMs) continue
    const at = longest.findIndex(({ expiresAtMs }) => expiresAtMs < subnet.expiresAtMs)
    longest.splice(at < 0 ? longest.length : at, 0, subnet)
    longest.length = Math.min(longest.length, EVIDENCE)
  }
  return longest
}

function toSubnet(members: readonly Member[]): Subnet {
  let last = members[0] as Member
  for (const member of members) if (isStronger(member, last)) last = member
  const { secondWord, expiresAtMs, origin } = last
  return { secondWord, expiresAtMs, origin, members }
}

/** The one that decides, whatever order they come in. */
function isStronger(left: Member, right: Member): boolean {
  if (left.expiresAtMs !== right.expiresAtMs) return left.expiresAtMs > right.expiresAtMs
  return left.origin < right.origin
}

/** The origin is that of the longest listed. */
function subjectOf({ range, subnets }: Family, expiresAtMs: number): Subject {
  return { range, expiresAtMs, origin: longestOf(subnets)[0]?.origin ?? 0 }
}

/** @param items of one /48 */
function groupBy<Item extends Pick<Member, 'secondWord'>>(
  items: readonly Item[],
  mask: number,
): ReadonlyMap<number, Item[]> {
  const groups = new Map<number, Item[]>()
  for (const item of items) {
    const key = item.secondWord & mask
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/** @param prefixLength up to 64 */
function rangeAround(
  { secondWord }: Pick<Member, 'secondWord'>,
  { firstWord }: Site,
  prefixLength: number,
): PackedRange {
  const words = Uint32Array.of(firstWord, secondWord, 0, 0)
  clearHostBits(words, 0, prefixLength)
  return { words, prefixLength }
}
