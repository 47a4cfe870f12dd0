import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, integerBetween, option } from '../options.ts'

type HistoryOptions = CommonOptions & ConnectOptions & { readonly limit: number }

const MOST_EVENTS = 100_000

/** `honeyjam history`: what happened to an address. */
export function addHistory(program: Command, context: Context): void {
  const command = program
    .command('history <address>')
    .summary('show what happened to an address: who reported it, and what became of it')
    .description(
      'Shows, newest first, who reported an address with which key, dataset and tags, and when it came on a list and left it. Events show some seconds after they happened, and for 90 days (serve --history-days).',
    )
    .addOption(
      option('--limit <number>', 'show the newest so many events')
        .default(50)
        .argParser(integerBetween(1, MOST_EVENTS)),
    )
    .action((address: string, options: HistoryOptions) => history(address, options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam history 192.0.2.7', 'as a table'],
      ['honeyjam history 192.0.2.7 --json --limit 1000', 'as JSON, with everything that is known'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function history(address: string, options: HistoryOptions, context: Context): Promise<void> {
  const { printHistory } = await import('../print-history.ts')
  await printHistory(address, options, context)
}
