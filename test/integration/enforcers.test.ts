import { spawnSync } from 'node:child_process'
import type { Enforcer } from '../../src/enforce/index.ts'
import { createIpset } from '../../src/enforce/ipset/index.ts'
import { createNftables } from '../../src/enforce/nftables/index.ts'
import { enforcerContract, type Firewall, SOURCES } from '../contracts/enforcer.ts'
import { openPrivateNetwork } from '../e2e/support/private-network.ts'
import { missingPrograms } from '../support/programs.ts'

const NO_NFT = missingPrograms('unshare', 'nsenter', 'ip', 'ping', 'nft')
const NO_IPSET = missingPrograms('unshare', 'nsenter', 'ip', 'ping', 'ipset', 'iptables')
const TARGETS = ['203.0.113.1', '2001:db8:1::1'] as const

enforcerContract('nftables', NO_NFT, () =>
  openFirewall((prefix) => createNftables({ prefix }), ['nft flush ruleset']),
)
enforcerContract('nftables in the filter hooks', NO_NFT, () =>
  openFirewall(
    (prefix) => createNftables({ prefix, hook: 'filter', action: 'reject' }),
    ['nft flush ruleset'],
  ),
)
enforcerContract('ipset', NO_IPSET, () =>
  openFirewall(
    (prefix) => createIpset({ prefix }),
    ['iptables -t raw -F', 'ip6tables -t raw -F', 'ipset flush'],
  ),
)

/** @param flush commands of a foreign hand, without quotes */
async function openFirewall(
  create: (prefix: readonly string[]) => Enforcer,
  flush: readonly string[],
): Promise<Firewall> {
  const { enter } = await openPrivateNetwork([...SOURCES, ...TARGETS])
  const run = (words: string) => {
    const [program = '', ...args] = [...enter, ...words.split(' ')]
    return spawnSync(program, args, { encoding: 'utf8' })
  }
  return {
    enforcer: create(enter),
    reopen: () => create(enter),
    letsThrough: async (source) => {
      const target = TARGETS[source.includes(':') ? 1 : 0]
      return run(`ping -c1 -W0.3 -I ${source} ${target}`).status === 0
    },
    flushEverything: async () => {
      for (const words of flush) run(words)
    },
  }
}
