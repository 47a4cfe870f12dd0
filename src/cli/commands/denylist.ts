import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, option } from '../options.ts'
import type { DenylistFormat, DenylistProtocol } from '../print-denylist.ts'

interface DenylistOptions extends CommonOptions, ConnectOptions {
  readonly format: DenylistFormat
  readonly protocol: DenylistProtocol
}

/** `honeyjam denylist`: the addresses to block. */
export function addDenylist(program: Command, context: Context): void {
  const command = program
    .command('denylist')
    .summary('print the denylist')
    .description('Prints the addresses that are to be blocked now.')
    .addOption(
      option('--format <format>', 'table for people, the others for programs')
        .choices(['table', 'plain', 'json', 'csv', 'aws-waf'])
        .default('table'),
    )
    .addOption(
      option('--protocol <version>', 'addresses to print; aws-waf takes one of the two')
        .choices(['all', 'ipv4', 'ipv6'])
        .default('all'),
    )
    .action((options: DenylistOptions) => denylist(options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam denylist', 'as a table, the newest first'],
      ['honeyjam denylist --format plain', 'one address a line'],
      ['honeyjam denylist --format aws-waf --protocol ipv4', 'an IP set for AWS WAF'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function denylist(options: DenylistOptions, context: Context): Promise<void> {
  const { printDenylist } = await import('../print-denylist.ts')
  await printDenylist(options, context)
}
