import { disjointIntervals } from '../../ip/index.ts'
import { isHost, type Network } from '../networks.ts'
import type { Ban, BanChange, Enforcer } from '../ports.ts'

/** What a change would have done. */
export interface DryRunStep {
  readonly ban: readonly Network[]
  readonly extend: readonly Network[]
  readonly unban: readonly Network[]
}

/**
 * Changes no firewall and says what it would do. It holds what it was told, so that it can be compared like the others.
 * @param onStep told after each change
 */
export function createDryRun({ onStep }: { readonly onStep: (step: DryRunStep) => void }): Enforcer {
  let hosts = new Map<Network, number>()
  let ranges: readonly Ban[] = []
  let isPrepared = false
  const apply = ({ ban, extend, unban, ranges: wanted }: BanChange) => {
    for (const { network, expiresAtMs } of [...ban, ...extend]) hosts.set(network, expiresAtMs)
    const gone = unban.filter((network) => hosts.delete(network))
    const before = new Set(ranges.map(({ network }) => network))
    ranges = wanted ?? ranges
    const after = new Set(ranges.map(({ network }) => network))
    onStep({
      ban: [...ban.map(({ network }) => network), ...[...after].filter((range) => !before.has(range))],
      extend: extend.map(({ network }) => network),
      unban: [...gone, ...[...before].filter((range) => !after.has(range))],
    })
  }
  return {
    name: 'dry-run',
    longestBanMs: Infinity,
    prepare: async () => {
      isPrepared = true
    },
    apply: async (change) => apply(change),
    replaceAll: async (bans) => {
      const held = hosts
      hosts = new Map()
      const wanted = bans.filter(({ network }) => isHost(network))
      apply({
        ban: wanted,
        extend: [],
        unban: [...held.keys()],
        ranges: bans.filter(({ network }) => !isHost(network)),
      })
    },
    list: async (nowMs) => ({
      isIntact: isPrepared,
      expiresAtMsByHost: new Map([...hosts].filter(([, expiresAtMs]) => expiresAtMs > nowMs)),
      ranges: disjointIntervals(ranges.filter(({ expiresAtMs }) => expiresAtMs > nowMs)),
    }),
    counters: async () => ({ packets: 0, bytes: 0 }),
    release: async () => {
      hosts = new Map()
      ranges = []
      isPrepared = false
    },
  }
}
