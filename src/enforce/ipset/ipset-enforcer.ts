import { disjointIntervals } from '../../ip/index.ts'
import { HOST_SETS, hostOf, isHost, type Network, parseNetwork } from '../networks.ts'
import type { Ban, DropCounters, Enforcer, HeldBans } from '../ports.ts'
import { runFirewallProgram, runIfThere } from '../run-firewall-program.ts'
import { DEFAULT_IPSET_CONFIG, type IpsetConfig } from './config.ts'
import { createRules } from './rules.ts'
import { LONGEST_TIMEOUT_SECONDS, SET_NAMES, type SetName, setScripts } from './sets.ts'

const NO_SET = /does not exist/i

/**
 * Keeps bans in sets of its own, with the programs ipset (measured with 7.17) and iptables. A set is replaced in one step;
 * a change of several hosts is not one transaction, so one that failed half-way is to be repeated.
 * @param options.prefix words before each command, to run it in another network namespace
 */
export function createIpset(
  options: Partial<IpsetConfig> & { readonly prefix?: readonly string[] } = {},
): Enforcer {
  const { prefix = [], ...settings } = options
  const config = { ...DEFAULT_IPSET_CONFIG, ...settings }
  const sets = setScripts(config)
  const rules = createRules(config, { prefix, nameOf: sets.nameOf })
  const restore = async (script: string) => {
    if (script !== '')
      await runFirewallProgram({ command: [...prefix, 'ipset', 'restore', '-exist'], script })
  }
  const save = async (set: SetName) =>
    await runIfThere({ command: [...prefix, 'ipset', 'save', sets.nameOf(set)] }, NO_SET)
  return {
    name: 'ipset',
    longestBanMs: LONGEST_TIMEOUT_SECONDS * 1000,
    prepare: async () => {
      await restore(sets.create())
      await rules.prepare()
    },
    apply: async ({ ban, extend, unban, ranges }, nowMs) => {
      await restore(sets.change({ set: [...ban, ...extend], unset: unban, nowMs }))
      if (ranges !== undefined) await restore(sets.replace({ ranges, nowMs }))
    },
    replaceAll: async (bans, nowMs) => {
      const hosts = bans.filter(({ network }) => isHost(network))
      const ranges = bans.filter(({ network }) => !isHost(network))
      await restore(sets.replace({ hosts, ranges, nowMs }))
    },
    list: async (nowMs) => {
      const saved = await Promise.all(SET_NAMES.map(save))
      const isIntact = saved.every((text) => text !== undefined) && (await rules.areThere())
      return heldBans(saved, { isIntact, nowMs })
    },
    counters: async (): Promise<DropCounters> => await rules.counters(),
    release: async () => {
      await rules.release()
      for (const set of SET_NAMES) {
        await runIfThere({ command: [...prefix, 'ipset', 'destroy', sets.nameOf(set)] }, NO_SET)
      }
    },
  }
}

/** @param saved what `ipset save` printed of each set, in the order of their names */
function heldBans(
  saved: readonly (string | undefined)[],
  { isIntact, nowMs }: { isIntact: boolean; nowMs: number },
): HeldBans {
  const bans = saved.flatMap((text, index) => bansOf(text ?? '', { set: SET_NAMES[index], nowMs }))
  return {
    isIntact,
    expiresAtMsByHost: new Map(
      bans.filter(({ network }) => isHost(network)).map(({ network, expiresAtMs }) => [network, expiresAtMs]),
    ),
    ranges: disjointIntervals(bans.filter(({ network }) => !isHost(network))),
  }
}

function bansOf(text: string, { set, nowMs }: { set: SetName | undefined; nowMs: number }): readonly Ban[] {
  return text.split('\n').flatMap((line) => {
    const [, element = '', seconds = '0'] = /^add \S+ (\S+) timeout (\d+)/.exec(line) ?? []
    const network = networkIn(element, set)
    if (network === undefined) return []
    return [{ network, expiresAtMs: seconds === '0' ? Infinity : nowMs + Number(seconds) * 1000 }]
  })
}

function networkIn(element: string, set: SetName | undefined): Network | undefined {
  const hostSet = HOST_SETS.find((each) => each === set)
  return hostSet === undefined ? parseNetwork(element) : hostOf(element, hostSet)
}
