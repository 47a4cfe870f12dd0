import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, option, repeatableOption } from '../options.ts'
import type { EnforceRequest } from '../run-enforce.ts'
import type { PreflightRequest } from '../run-preflight.ts'

const FIREWALLS = ['nftables', 'ipset', 'dry-run'] as const

/** `honeyjam enforce`: brings the decisions of a service into the firewall of this host. */
export function addEnforce(program: Command, context: Context): void {
  const command = program
    .command('enforce')
    .summary('drop what the service decided, in the firewall of this host')
    .description(
      'Keeps the firewall of this host at what the service decides to block, within a second, and compares the two every 30 s. It has sets and rules of its own and touches nothing else. What must not be cut off is never dropped: addresses of this host, its gateways and name servers, and where its users are logged in from. While the service is away, and when this ends, the firewall stays as it is.',
    )
  addFirewall(command, context)
  addStatus(command, context)
  addPreflight(command, context)
  addRelease(command, context)
}

function addFirewall(command: Command, context: Context): void {
  for (const firewall of FIREWALLS) {
    const described = command
      .command(firewall)
      .summary(SUMMARIES[firewall])
      .description(DESCRIPTIONS[firewall])
    if (firewall !== 'dry-run') {
      described.addOption(
        option(
          '--hook <where>',
          'before connection tracking for everything, or beside the other filter rules',
        )
          .choices(['prerouting', 'filter'])
          .default('prerouting'),
      )
    }
    if (firewall === 'nftables') {
      described
        .addOption(
          option('--action <what>', 'reject needs --hook filter').choices(['drop', 'reject']).default('drop'),
        )
        .addOption(repeatableOption('--only-port <number>', 'drop packets to these TCP and UDP ports only'))
        .addOption(option('--log-sample', 'log one dropped packet a second'))
    }
    described
      .addOption(repeatableOption('--protect <network>', 'never drop this address or range on this host'))
      .action(async (options: CommonOptions & Omit<EnforceRequest, 'firewall'>) => {
        const { runEnforce } = await import('../run-enforce.ts')
        await runEnforce({ ...options, firewall }, context)
      })
    addConnectOptions(described)
    addHelpFooter(described, {
      examples: [
        [`honeyjam enforce ${firewall}`, 'on the host of the service'],
        [
          `honeyjam enforce ${firewall} --api-url https://jam.example.org`,
          'of another host, with its key in the environment',
        ],
        [`honeyjam enforce ${firewall} --protect 192.0.2.0/24`, 'and never drop the office'],
      ],
      exitCodes: ['ok', 'failure', 'usage', 'refused', 'unreachable'],
    })
  }
}

function addStatus(command: Command, context: Context): void {
  const described = command
    .command('status')
    .summary('say what the firewalls of the account hold')
    .description(
      'Lists the enforcers of the account by what they said last: what their firewalls hold of what they should, what was repaired and dropped, and their state. current: it holds what was decided. behind: it does not yet, or its firewall takes nothing. drifted: it was found to hold something else. silent: nothing was heard of it for 90 s. The exit code is 1 unless all are current. The key needs the scope read.',
    )
    .action(async (options: CommonOptions & ConnectOptions) => {
      const { printEnforcers } = await import('../print-enforcers.ts')
      await printEnforcers(options, context)
    })
  addConnectOptions(described)
  addHelpFooter(described, {
    examples: [
      ['honeyjam enforce status', 'as a table, the one seen last first'],
      ['honeyjam enforce status --json', 'as JSON, with everything that is known'],
    ],
    exitCodes: ['ok', 'failure', 'usage', 'refused', 'unreachable'],
  })
}

function addPreflight(command: Command, context: Context): void {
  const described = command
    .command('preflight')
    .summary('say who is wanted here and would be blocked')
    .description(
      'Holds the evidence of this host against the decisions: logins with success in the log of sshd and in wtmp, visitors of the web server who mostly got pages, and who is connected now. Says with which words they are spared, on this host or everywhere. Changes nothing.',
    )
    .addOption(
      repeatableOption('--auth-log <file>', 'log of sshd, .gz too').default(undefined, 'where it usually is'),
    )
    .addOption(
      repeatableOption('--access-log <file>', 'log of nginx or Apache, .gz too').default(
        undefined,
        'where it usually is',
      ),
    )
    .addOption(
      repeatableOption('--protect <network>', 'take this address or range for spared, as enforce would'),
    )
    .action(async (options: PreflightRequest) => {
      const { runPreflight } = await import('../run-preflight.ts')
      await runPreflight(options, context)
    })
  addConnectOptions(described)
  addHelpFooter(described, {
    examples: [
      ['honeyjam enforce preflight', 'before the first honeyjam enforce on a host'],
      ['honeyjam enforce preflight --protect 192.0.2.0/24', 'who remains when the office is never dropped'],
      ['honeyjam enforce preflight --auth-log /var/log/auth.log.2.gz', 'by an older log'],
    ],
    exitCodes: ['ok', 'failure', 'usage', 'refused', 'unreachable'],
  })
}

function addRelease(command: Command, context: Context): void {
  const described = command
    .command('release')
    .summary('take everything of honeyjam out of the firewall')
    .description('Removes the sets and rules that honeyjam made in a firewall, and nothing else.')
    .argument('<firewall>', 'nftables or ipset')
    .action(async (firewall: string) => {
      const { releaseFirewall } = await import('../run-enforce.ts')
      await releaseFirewall(firewall, context)
    })
  addHelpFooter(described, {
    examples: [
      ['honeyjam enforce release nftables', 'let everybody in again'],
      ['honeyjam enforce release ipset', 'the same with ipset'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
}

const SPARED =
  'What must not be cut off is never dropped: addresses of this host, its gateways and name servers, and where its users are logged in from. Rules and sets are its own; nothing else is touched. While the service is away, and when this ends, the firewall stays as it is. The key needs the scope enforce.'
const DESCRIPTIONS = {
  nftables: `Drops what the service decided in a table of nftables, within a second, and compares the two every 30 s. Needs nft, and root or CAP_NET_ADMIN. ${SPARED}`,
  ipset: `Drops what the service decided with sets of ipset and a chain of iptables, within a second, and compares the two every 30 s. Needs ipset and iptables, and root or CAP_NET_ADMIN. ${SPARED}`,
  'dry-run':
    'Prints what an enforcer on this host would ban, extend and unban, as it happens, and changes nothing. The key needs the scope enforce.',
} as const
const SUMMARIES = {
  nftables: 'drop in a table of nftables',
  ipset: 'drop with sets of ipset and iptables',
  'dry-run': 'print what would be dropped, change nothing',
} as const
