import { clearHostBits, type PackedRange, type Shield, WORDS_PER_ADDRESS } from '../../ip/index.ts'

/** So many listed /64 of one network speak against all of it. */
const EVIDENCE = 8
const SITE_BITS = 48
const HOME_BITS = 56
const SUBNET_BITS = 64
const ADDRESS_BITS = 128

/** An IPv6 address that is listed and may be blocked. */
export interface Member {
  readonly words: Uint32Array
  readonly expiresAtMs: number
  readonly origin: number
}

/** A network that follows from members. */
export interface Subject {
  readonly range: PackedRange
  readonly expiresAtMs: number
  readonly origin: number
}

/** Subjects that are thought of as one. */
interface Family {
  readonly range: PackedRange
  /** The longest listed first. */
  readonly subnets: readonly Subnet[]
}

interface Subnet extends Subject {
  readonly members: readonly Member[]
}

/**
 * What to block for the members of one /48. The subject is the /64, as long as the last of its members. Where eight of them are
 * listed in one /56, the /56 is; where eight are listed in more than one /56, the /48. A wider network ends when
 * fewer are left, and those that stay longer stand beside it, so that its end brings nothing that is not there before. A network that holds
 * an address of the shield is not blocked as a whole: the finer ones are, down to single addresses.
 */
export function subjectsOf(members: readonly Member[], shield: Shield): readonly Subject[] {
  const subnets = Array.from(groupBy(members, SUBNET_BITS).values(), toSubnet)
  const [first] = subnets
  if (first === undefined) return []
  const site = familyOf(subnets, SITE_BITS)
  const endMs = widenedUntilMs(site, shield, homeEndsMs(subnets))
  const rest = subnets.filter(({ expiresAtMs }) => expiresAtMs > endMs)
  const found = Number.isFinite(endMs) ? [subjectOf(site, endMs)] : []
  for (const home of groupBy(rest, HOME_BITS).values()) found.push(...homeSubjects(home, shield))
  return found
}

function homeSubjects(subnets: readonly Subnet[], shield: Shield): readonly Subject[] {
  const home = familyOf(subnets, HOME_BITS)
  const endMs = widenedUntilMs(home, shield, [])
  const found = Number.isFinite(endMs) ? [subjectOf(home, endMs)] : []
  for (const subnet of subnets) {
    if (subnet.expiresAtMs <= endMs) continue
    if (shield.shareOf(subnet.range) === 'none') found.push(subnet)
    else
      found.push(
        ...subnet.members.map(({ words, ...rest }) => ({
          range: { words, prefixLength: ADDRESS_BITS },
          ...rest,
        })),
      )
  }
  return found
}

/** When fewer than {@link EVIDENCE} subnets are left, or fewer than two homes where it counts; -Infinity: not widened. */
function widenedUntilMs({ range, subnets }: Family, shield: Shield, homes: readonly number[]): number {
  const last = subnets[EVIDENCE - 1]
  const isSite = range.prefixLength === SITE_BITS
  if (last === undefined || (isSite && homes.length < 2) || shield.shareOf(range) !== 'none')
    return Number.NEGATIVE_INFINITY
  return isSite ? Math.min(last.expiresAtMs, homes[1] ?? 0) : last.expiresAtMs
}

/** When the last listed subnet of each /56 ends, latest first. */
function homeEndsMs(subnets: readonly Subnet[]): readonly number[] {
  return Array.from(groupBy(subnets, HOME_BITS).values(), (home) =>
    Math.max(...home.map(({ expiresAtMs }) => expiresAtMs)),
  ).toSorted((left, right) => right - left)
}

function toSubnet(members: readonly Member[]): Subnet {
  let last = members[0] as Member
  for (const member of members) if (isStronger(member, last)) last = member
  const { expiresAtMs, origin } = last
  return { range: rangeOf(last.words, SUBNET_BITS), expiresAtMs, origin, members }
}

/** The one that decides, whatever order they come in. */
function isStronger(left: Omit<Member, 'words'>, right: Omit<Member, 'words'>): boolean {
  if (left.expiresAtMs !== right.expiresAtMs) return left.expiresAtMs > right.expiresAtMs
  return left.origin < right.origin
}

function familyOf(subnets: readonly Subnet[], prefixLength: number): Family {
  return {
    range: rangeOf((subnets[0] as Subnet).range.words, prefixLength),
    subnets: subnets.toSorted((left, right) => right.expiresAtMs - left.expiresAtMs),
  }
}

/** The origin is that of the longest listed. */
function subjectOf({ range, subnets }: Family, expiresAtMs: number): Subject {
  return { range, expiresAtMs, origin: subnets[0]?.origin ?? 0 }
}

function groupBy<Item extends { readonly words: Uint32Array } | { readonly range: PackedRange }>(
  items: readonly Item[],
  prefixLength: number,
): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const { words } = rangeOf('words' in item ? item.words : item.range.words, prefixLength)
    const key = `${words[0]} ${words[1]}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

function rangeOf(words: Uint32Array, prefixLength: number): PackedRange {
  const first = words.slice(0, WORDS_PER_ADDRESS)
  clearHostBits(first, 0, prefixLength)
  return { words: first, prefixLength }
}
