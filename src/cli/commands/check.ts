import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions } from '../options.ts'

type CheckOptions = CommonOptions & ConnectOptions

/** `honeyjam check`: why an address is blocked or not. */
export function addCheck(program: Command, context: Context): void {
  const command = program
    .command('check <address...>')
    .summary('say whether addresses are listed, and why')
    .description(
      'Says of each address whether it is on the denylist, since when, how often reported, what allows it, and which firewalls are known to drop it.',
    )
    .action((addresses: string[], options: CheckOptions) => check(addresses, options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam check 192.0.2.7', 'one address'],
      ['honeyjam check 192.0.2.7 2001:db8::7 --json', 'two, as a JSON array'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function check(addresses: string[], options: CheckOptions, context: Context): Promise<void> {
  const { checkAddresses } = await import('../check-addresses.ts')
  await checkAddresses(addresses, options, context)
}
