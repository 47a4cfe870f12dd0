import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions } from '../options.ts'

interface DecisionsOptions extends CommonOptions, ConnectOptions {
  readonly since?: string
  readonly count: boolean
}

/** `honeyjam decisions`: what enforcers are told to block. */
export function addDecisions(program: Command, context: Context): void {
  const command = program
    .command('decisions')
    .summary('print what is to be blocked, as enforcers get it')
    .description(
      'Prints every address and network that is to be blocked, with its end and why, or what changed since a revision.',
    )
    .option('--since <revision>', 'print only what changed since then')
    .option('--count', 'print how many there are, their checksum and the revision', false)
    .action((options: DecisionsOptions) => decisions(options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam decisions', 'everything, one a line'],
      ['honeyjam decisions --count', 'how many, and their checksum'],
      ['honeyjam decisions --json', 'the lines as the service sends them'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function decisions(options: DecisionsOptions, context: Context): Promise<void> {
  const { printDecisions } = await import('../print-decisions.ts')
  await printDecisions(options, context)
}
