import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, option, ttlOption } from '../options.ts'

type Options = CommonOptions & ConnectOptions

interface AddOptions extends Options {
  readonly ttl?: number
  readonly comment?: string
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam protect`: what nobody on this installation may block. */
export function addProtect(program: Command, context: Context): void {
  const command = program
    .command('protect')
    .summary('keep addresses out of the decisions of all accounts')
    .description(
      'Says what no list of any account can have blocked: what administrators fixed, the host of the service with its gateways, name servers and users, where keys of administrators were used from, and what is not public. An allowlist does the same for one account. The key needs the scope admin.',
    )
  addList(command, context)
  addAdd(command, context)
  addRemove(command, context)
  addWhy(command, context)
}

function addList(program: Command, context: Context): void {
  const command = program
    .command('list')
    .summary('print what is protected')
    .description('Prints what is protected, why and until when.')
    .action(async (options: Options) => {
      const { printProtected } = await import('../print-protected.ts')
      await printProtected(options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam protect list', 'as a table'],
      ['honeyjam protect list --json', 'as JSON'],
    ],
    exitCodes: EXITS,
  })
}

function addAdd(program: Command, context: Context): void {
  const command = program
    .command('add <address...>')
    .summary('protect addresses or ranges')
    .description(
      'Protects addresses or ranges: they leave all decisions at once, and nothing brings them back.',
    )
    .addOption(ttlOption('how long').default(undefined, 'for ever'))
    .addOption(option('--comment <text>', 'whose they are, for those who read the list'))
    .action(async (ranges: string[], { ttl, comment, ...options }: AddOptions) => {
      const { changeList } = await import('../change-lists.ts')
      await changeList({ operation: 'protect', body: { ranges, ttl, comment } }, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam protect add 198.51.100.0/24 --comment "the office"', 'a network, for ever'],
      ['honeyjam protect add 198.51.100.7 --ttl 86400', 'one address, for a day'],
    ],
    exitCodes: EXITS,
  })
}

function addRemove(program: Command, context: Context): void {
  const command = program
    .command('remove <address...>')
    .summary('protect them no longer')
    .description(
      'Ends the protection of exactly these addresses or ranges, as `honeyjam protect list` shows them. What belongs to the host of the service comes back within a minute.',
    )
    .action(async (ranges: string[], options: Options) => {
      const { changeList } = await import('../change-lists.ts')
      await changeList({ operation: 'unprotect', body: { ranges } }, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam protect remove 198.51.100.0/24', 'a range'],
      ['honeyjam protect remove 198.51.100.7 198.51.100.8', 'two addresses'],
    ],
    exitCodes: EXITS,
  })
}

function addWhy(program: Command, context: Context): void {
  const command = program
    .command('why <address>')
    .summary('say whether an address is protected, and by what')
    .description('Says whether an address is protected, and by what.')
    .action(async (address: string, options: Options) => {
      const { printWhyProtected } = await import('../print-protected.ts')
      await printWhyProtected(address, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam protect why 198.51.100.7', 'in words'],
      ['honeyjam protect why 198.51.100.7 --json', 'as JSON'],
    ],
    exitCodes: EXITS,
  })
}
