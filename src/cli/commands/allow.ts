import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, ttlOption } from '../options.ts'

interface AllowOptions extends CommonOptions, ConnectOptions {
  readonly ttl?: number
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam allow`: what may never be blocked. */
export function addAllow(program: Command, context: Context): void {
  const command = program
    .command('allow <address...>')
    .summary('put addresses or ranges on the allowlist')
    .description(
      'Puts addresses or ranges on the allowlist: what it covers is taken off the denylist and never gets on it.',
    )
    .addOption(ttlOption('how long').default(undefined, 'for ever'))
    .action((ranges: string[], options: AllowOptions) => allow(ranges, options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam allow 198.51.100.7', 'the address of your office'],
      ['honeyjam allow 198.51.100.0/24 --ttl 86400', 'a whole network for one day'],
    ],
    exitCodes: EXITS,
  })
}

/** `honeyjam disallow`: takes back `allow`. */
export function addDisallow(program: Command, context: Context): void {
  const command = program
    .command('disallow <address...>')
    .summary('take addresses or ranges off the allowlist')
    .description(
      'Takes exactly these addresses or ranges off the allowlist, as `honeyjam allowlist` shows them.',
    )
    .action((ranges: string[], options: AllowOptions) => disallow(ranges, options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam disallow 198.51.100.7', 'one address'],
      ['honeyjam disallow 198.51.100.0/24', 'a range'],
    ],
    exitCodes: EXITS,
  })
}

async function allow(ranges: string[], options: AllowOptions, context: Context): Promise<void> {
  const { changeList } = await import('../change-lists.ts')
  await changeList({ operation: 'allow', body: { ranges, ttl: options.ttl } }, options, context)
}

async function disallow(ranges: string[], options: AllowOptions, context: Context): Promise<void> {
  const { changeList } = await import('../change-lists.ts')
  await changeList({ operation: 'disallow', body: { ranges } }, options, context)
}
