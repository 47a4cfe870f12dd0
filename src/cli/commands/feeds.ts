import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { dataOption, option } from '../options.ts'
import type { FeedsOptions } from '../print-feeds.ts'

/** `honeyjam feeds`: what firewalls can pull, and where. */
export function addFeeds(program: Command, context: Context): void {
  const command = program
    .command('feeds')
    .summary('list the feeds for firewalls, with their URLs')
    .description(
      'Lists the forms in which firewalls can pull what is to be blocked: for which device each is, how much it holds, and its URL, with KEY for a key with the scope enforce or read. It asks nobody. With a name it prints the ways to fetch that one.',
    )
    .argument('[name]', 'a feed, with or without its ending')
    .addOption(
      option('--api-url <url>', 'address under which devices reach the service').default(
        undefined,
        'the local one of the data directory',
      ),
    )
    .addOption(dataOption())
    .action((name: string | undefined, options: FeedsOptions) => feeds(name, options, context))
  addHelpFooter(command, {
    examples: [
      ['honeyjam feeds', 'all of them'],
      ['honeyjam feeds paloalto --api-url https://jam.example.org', 'how to fetch one'],
      ['honeyjam feeds --json', 'all of them, for scripts'],
    ],
    exitCodes: ['ok', 'usage'],
  })
}

async function feeds(name: string | undefined, options: FeedsOptions, context: Context): Promise<void> {
  const { printFeeds } = await import('../print-feeds.ts')
  printFeeds(name, options, context)
}
