import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions } from '../options.ts'

type AllowlistOptions = CommonOptions & ConnectOptions

/** `honeyjam allowlist`: what is never blocked. */
export function addAllowlist(program: Command, context: Context): void {
  const command = program
    .command('allowlist')
    .summary('print the allowlist')
    .description('Prints the ranges that are never blocked.')
    .action((options: AllowlistOptions) => allowlist(options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam allowlist', 'as a table'],
      ['honeyjam allowlist --json', 'as JSON'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function allowlist(options: AllowlistOptions, context: Context): Promise<void> {
  const { printAllowlist } = await import('../print-allowlist.ts')
  await printAllowlist(options, context)
}
