import { intervalsInOrder, intervalText } from '../../ip/index.ts'
import {
  type DecisionFormat,
  endLine,
  type FeedDecision,
  headLine,
  isIpv4Network,
  secondsLeft,
  shortText,
} from './decision-format.ts'

const DAY_SECONDS = 86_400
/** What ipset takes as a time; a little less than 25 days. */
const LONGEST_IPSET_SECONDS = 2_147_483
/** What RouterOS takes as a time of an address-list entry is longer; this keeps its text short. */
const LONGEST_MIKROTIK_SECONDS = 35 * DAY_SECONDS
/** Elements of one command of nft: each has a cost of its own. */
const ELEMENTS_PER_COMMAND = 500

/** Taken without a pause. */
const STEP_NETWORKS = 4096

const NFT_SETS = [
  ['deny4', 'ipv4_addr; flags timeout'],
  ['deny4_nets', 'ipv4_addr; flags interval, timeout'],
  ['deny6', 'ipv6_addr; flags interval, timeout'],
] as const

/**
 * A script for `nft -f`: it makes the table `honeyjam_NAME` with three sets where they are absent and puts these decisions in
 * their place, in one transaction. Rules are the reader's own: `ip saddr @deny4 drop`, `ip saddr @deny4_nets drop`, `ip6 saddr @deny6
 * drop`. Single IPv4 addresses have a set without intervals. An interval set is filled by one command: nft 1.0.6 takes minutes
 * for 100,000 commands of one element each, and a second for one of 100,000. Without `flags interval` a set would match only the first address of a network.
 */
export const nftablesFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'nft',
  isSingleProtocol: false,
  ends: 'time-left',
  hasOrigins: false,
  order: 'by-address',
  *render(decisions, options) {
    const table = `inet honeyjam_${options.name.replaceAll('-', '_')}`
    yield `# ${headLine(options)}\nadd table ${table}\n`
    for (const [set, type] of NFT_SETS) {
      yield `add set ${table} ${set} { type ${type}; size 1048576; }\nflush set ${table} ${set}\n`
    }
    const networks: FeedDecision[] = []
    let isOpen = 0
    for (const decision of decisions) {
      const text = shortText(decision.network)
      if (text.includes(':') || text.includes('/')) {
        networks.push(decision)
        if (networks.length % STEP_NETWORKS === 0) yield ''
        continue
      }
      yield `${isOpen === 0 ? `add element ${table} deny4 {\n` : ',\n'}${text}${nftTimeout(decision, options.nowMs)}`
      isOpen = (isOpen + 1) % ELEMENTS_PER_COMMAND
      if (isOpen === 0) yield '\n}\n'
    }
    if (isOpen > 0) yield '\n}\n'
    // an interval set takes no network within another
    let set = ''
    for (const interval of intervalsInOrder(networks)) {
      if (interval === undefined) {
        yield ''
        continue
      }
      const text = intervalText(interval)
      const own = text.includes(':') ? 'deny6' : 'deny4_nets'
      const start = set === '' ? '' : '\n}\n'
      yield `${own === set ? ',\n' : `${start}add element ${table} ${own} {\n`}${text}${nftTimeout(interval, options.nowMs)}`
      set = own
    }
    if (set !== '') yield '\n}\n'
    yield `# ${endLine(options)}\n`
  },
}

function nftTimeout(decision: Pick<FeedDecision, 'expiresAtMs'>, nowMs: number): string {
  const seconds = secondsLeft(decision, nowMs)
  if (seconds === undefined) return ''
  return ` timeout ${Math.floor(seconds / DAY_SECONDS)}d${seconds % DAY_SECONDS}s`
}

/** A file for `ipset restore -exist`: two sets are filled beside those in use and then swapped, so that no packet meets a half. */
export const ipsetFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'txt',
  isSingleProtocol: false,
  ends: 'time-left',
  hasOrigins: false,
  order: 'best-first',
  *render(decisions, options) {
    const name = `honeyjam-${options.name}`
    yield `# ${headLine(options)}\n`
    for (const [family, suffix] of [
      ['inet', '4'],
      ['inet6', '6'],
    ] as const) {
      const definition = `hash:net family ${family} maxelem 1048576 timeout 0`
      for (const set of [`${name}-${suffix}`, `${name}-${suffix}n`]) yield `create ${set} ${definition}\n`
      yield `flush ${name}-${suffix}n\n`
    }
    for (const decision of decisions) {
      const set = `${name}-${isIpv4Network(decision.network) ? '4' : '6'}n`
      const seconds = Math.min(LONGEST_IPSET_SECONDS, secondsLeft(decision, options.nowMs) ?? 0)
      yield `add ${set} ${decision.network} timeout ${seconds}\n`
    }
    for (const suffix of ['4', '6'])
      yield `swap ${name}-${suffix}n ${name}-${suffix}\ndestroy ${name}-${suffix}n\n`
    yield `# ${endLine(options)}\n`
  },
}

/**
 * A script for RouterOS' `/import`. New entries are added first and those of the import before are removed after, so that nothing
 * is open in between: each import has a comment of its own. Pages do not touch one another's entries, so that they may be of
 * different states; one that holds nothing any more takes its old entries off.
 */
export const mikrotikFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'rsc',
  isSingleProtocol: true,
  ends: 'time-left',
  hasOrigins: false,
  order: 'best-first',
  *render(decisions, options) {
    const list = `honeyjam-${options.name}`
    const pageMark = `honeyjam p${options.page} `
    const mark = `${pageMark}${options.revision}`
    yield `# ${headLine(options)}\n/${options.protocol === 'IPV6' ? 'ipv6' : 'ip'} firewall address-list\n`
    for (const decision of decisions) {
      const seconds = Math.min(LONGEST_MIKROTIK_SECONDS, secondsLeft(decision, options.nowMs) ?? Infinity)
      const timeout = decision.expiresAtMs === Infinity ? '' : ` timeout=${seconds}s`
      const address = shortText(decision.network)
      yield `:do { add list=${list} address=${address}${timeout} comment="${mark}" } on-error={ set [find where list=${list} address=${address}] comment="${mark}"${timeout} }\n`
    }
    yield `remove [find where list=${list} comment~"^${pageMark}" comment!="${mark}"]\n`
    yield `# ${endLine(options)}\n`
  },
}
