import { disjointIntervals, intervalText } from '../../ip/index.ts'
import {
  type DecisionFormat,
  endLine,
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

/**
 * A script for `nft -f`: it makes the table `honeyjam_NAME` with two interval sets where they are absent and puts these decisions in
 * their place, in one transaction. Rules are the reader's own: `ip saddr @deny4 drop`. Without `flags interval` a set would
 * match only the first address of a network.
 */
export const nftablesFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'nft',
  isSingleProtocol: false,
  *render(decisions, options) {
    const table = `inet honeyjam_${options.name.replaceAll('-', '_')}`
    yield `# ${headLine(options)}\nadd table ${table}\n`
    for (const [set, type] of [
      ['deny4', 'ipv4_addr'],
      ['deny6', 'ipv6_addr'],
    ] as const) {
      yield `add set ${table} ${set} { type ${type}; flags interval, timeout; size 1048576; }\n`
      yield `flush set ${table} ${set}\n`
    }
    // an interval set takes no network within another
    for (const interval of disjointIntervals(decisions)) {
      const text = intervalText(interval)
      const set = text.includes(':') ? 'deny6' : 'deny4'
      const seconds = secondsLeft(interval, options.nowMs)
      const timeout =
        seconds === undefined ? '' : ` timeout ${Math.floor(seconds / DAY_SECONDS)}d${seconds % DAY_SECONDS}s`
      yield `add element ${table} ${set} { ${text}${timeout} }\n`
    }
    yield `# ${endLine(options)}\n`
  },
}

/** A file for `ipset restore -exist`: two sets are filled beside those in use and then swapped, so that no packet meets a half. */
export const ipsetFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'ipset',
  isSingleProtocol: false,
  *render(decisions, options) {
    // ipset allows 31 characters
    const name = `honeyjam-${options.name}`.slice(0, 24)
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
 * is open in between: each import has a comment of its own.
 */
export const mikrotikFormat: DecisionFormat = {
  mediaType: 'text/plain; charset=utf-8',
  extension: 'rsc',
  isSingleProtocol: true,
  *render(decisions, options) {
    const list = `honeyjam-${options.name}`
    const mark = `honeyjam ${options.revision}`
    yield `# ${headLine(options)}\n`
    let menu: string | undefined
    for (const decision of decisions) {
      const family = isIpv4Network(decision.network) ? 'ip' : 'ipv6'
      if (menu !== family) yield `/${family} firewall address-list\n`
      menu = family
      const seconds = Math.min(LONGEST_MIKROTIK_SECONDS, secondsLeft(decision, options.nowMs) ?? Infinity)
      const timeout = decision.expiresAtMs === Infinity ? '' : ` timeout=${seconds}s`
      const address = shortText(decision.network)
      yield `:do { add list=${list} address=${address}${timeout} comment="${mark}" } on-error={ set [find where list=${list} address=${address}] comment="${mark}"${timeout} }\n`
    }
    if (menu !== undefined) yield `remove [find where list=${list} comment!="${mark}"]\n`
    yield `# ${endLine(options)}\n`
  },
}
