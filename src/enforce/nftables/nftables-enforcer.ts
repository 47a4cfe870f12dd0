import { isHost } from '../networks.ts'
import type { BanChange, Enforcer } from '../ports.ts'
import { runFirewallProgram, runIfThere } from '../run-firewall-program.ts'
import { splitChange } from '../split-change.ts'
import { DEFAULT_NFTABLES_CONFIG, type NftablesConfig } from './config.ts'
import { NOTHING_HELD, readCounter, readTable } from './read-table.ts'
import { renderChange, renderReplacement } from './render-change.ts'
import { COUNTER, renderRelease, renderTable } from './render-table.ts'

/**
 * A transaction goes to the kernel in one message, and who has no CAP_NET_ADMIN over the whole machine (as in a container with users of its own)
 * cannot have a longer one than `net.core.wmem_max` says. By its default of 208 KiB some 3,000 elements fit in.
 */
const TOO_LONG = /message too long|no buffer space/i
const FEW_ELEMENTS = 2000

/**
 * Keeps bans in a table of its own, with the program nft (measured with 1.0.6): hosts in hash sets with a time for each
 * element, ranges in a small interval set. Each call is one transaction of the
 * kernel where its message may be long enough; else {@link splitChange} makes several.
 * @param options.prefix words before each command, to run it in another network namespace
 */
export function createNftables(
  options: Partial<NftablesConfig> & { readonly prefix?: readonly string[] } = {},
): Enforcer {
  const { prefix = [], ...settings } = options
  const config = { ...DEFAULT_NFTABLES_CONFIG, ...settings }
  const { table } = config
  const runScript = async (script: string) => {
    await runFirewallProgram({ command: [...prefix, 'nft', '-f', '-'], script })
  }
  const list = async (...what: string[]) => {
    const command = [...prefix, 'nft', '-j', 'list', ...what]
    return await runIfThere({ command }, /no such file or directory/i)
  }
  let isShort = false
  const apply = async (change: BanChange, nowMs: number) => {
    if (!isShort) {
      try {
        return await runScript(renderChange(change, { table, nowMs }))
      } catch (error) {
        if (!(error instanceof Error && TOO_LONG.test(error.message))) throw error
        isShort = true
      }
    }
    for (const part of splitChange(change, FEW_ELEMENTS))
      await runScript(renderChange(part, { table, nowMs }))
  }
  return {
    name: 'nftables',
    longestBanMs: Infinity,
    prepare: () => runScript(renderTable(config)),
    apply,
    replaceAll: (bans, nowMs) => {
      const hosts = bans.filter(({ network }) => isHost(network))
      const ranges = bans.filter(({ network }) => !isHost(network))
      return runScript(renderReplacement({ hosts, ranges }, { table, nowMs }))
    },
    list: async (nowMs) => {
      const json = await list('table', 'inet', table)
      return json === undefined ? NOTHING_HELD : readTable(json, { config, nowMs })
    },
    // by itself: listing the table takes a second where it holds 100,000
    counters: async () => {
      const json = await list('counter', 'inet', table, COUNTER)
      return json === undefined ? { packets: 0, bytes: 0 } : readCounter(json)
    },
    release: () => runScript(renderRelease(config)),
  }
}
