import { isHost } from '../networks.ts'
import type { Enforcer } from '../ports.ts'
import { runFirewallProgram, runIfThere } from '../run-firewall-program.ts'
import { DEFAULT_NFTABLES_CONFIG, type NftablesConfig } from './config.ts'
import { NOTHING, readTable, type TableContent } from './read-table.ts'
import { renderChange, renderReplacement } from './render-change.ts'
import { renderRelease, renderTable } from './render-table.ts'

/**
 * Keeps bans in a table of its own, with the program nft (measured with 1.0.6): hosts in hash sets with a time for each
 * element, ranges in a small interval set. Each call is one transaction of the kernel.
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
  const read = async (nowMs: number): Promise<TableContent> => {
    const command = [...prefix, 'nft', '-j', 'list', 'table', 'inet', table]
    const json = await runIfThere({ command }, /no such file or directory/i)
    return json === undefined ? NOTHING : readTable(json, { config, nowMs })
  }
  return {
    name: 'nftables',
    longestBanMs: Infinity,
    prepare: () => runScript(renderTable(config)),
    apply: (change, nowMs) => runScript(renderChange(change, { table, nowMs })),
    replaceAll: (bans, nowMs) => {
      const hosts = bans.filter(({ network }) => isHost(network))
      const ranges = bans.filter(({ network }) => !isHost(network))
      return runScript(renderReplacement({ hosts, ranges }, { table, nowMs }))
    },
    list: async (nowMs) => (await read(nowMs)).held,
    counters: async () => (await read(0)).counters,
    release: () => runScript(renderRelease(config)),
  }
}
