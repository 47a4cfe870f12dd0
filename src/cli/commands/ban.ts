import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, option, ttlOption } from '../options.ts'

interface BanOptions extends CommonOptions, ConnectOptions {
  readonly ttl?: number
  readonly type?: string
  readonly tags?: string
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam ban`: puts addresses on the denylist by hand. */
export function addBan(program: Command, context: Context): void {
  const command = program
    .command('ban <address...>')
    .summary('put addresses on the denylist')
    .description(
      'Puts addresses on the denylist as if a honeypot had reported them. An address that is allowed, or that is private or reserved (unless the service accepts those), is left out and named.',
    )
    .addOption(ttlOption('how long').default(undefined, '86400, one day'))
    .addOption(option('--type <dataset>', 'dataset to file them under').default(undefined, 'ABUSE'))
    .addOption(option('--tags <list>', 'labels, separated by commas: capitals, digits and hyphens'))
    .action((addresses: string[], options: BanOptions) => ban(addresses, options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam ban 192.0.2.7 2001:db8::7', 'for a day'],
      ['honeyjam ban 192.0.2.7 --ttl 604800 --tags MANUAL', 'for a week, with a label'],
    ],
    exitCodes: EXITS,
  })
}

/** `honeyjam unban`: ends entries at once. */
export function addUnban(program: Command, context: Context): void {
  const command = program
    .command('unban <address...>')
    .summary('take addresses off the denylist')
    .description(
      'Ends the entries of these addresses at once. The next report of one lists it again: see `allow`.',
    )
    .action((addresses: string[], options: CommonOptions & ConnectOptions) =>
      unban(addresses, options, context),
    )
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam unban 192.0.2.7', 'one address'],
      ['honeyjam unban 192.0.2.7 2001:db8::7 --json', 'two, with the outcome of each as JSON'],
    ],
    exitCodes: EXITS,
  })
}

async function ban(addresses: string[], options: BanOptions, context: Context): Promise<void> {
  const { changeList } = await import('../change-lists.ts')
  const { ttl, type, tags } = options
  const body = { addresses, ttl, type, tags: tags?.split(',').map((tag) => tag.trim()) }
  await changeList({ operation: 'ban', body }, options, context)
}

async function unban(
  addresses: string[],
  options: CommonOptions & ConnectOptions,
  context: Context,
): Promise<void> {
  const { changeList } = await import('../change-lists.ts')
  await changeList({ operation: 'unban', body: { addresses } }, options, context)
}
