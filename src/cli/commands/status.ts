import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { dataOption, option } from '../options.ts'
import type { StatusOptions } from '../print-status.ts'
import { cowrieConfigOption } from './config.ts'

/** `honeyjam status`: how the agent of this machine is doing. */
export function addStatus(program: Command, context: Context): void {
  const command = program
    .command('status')
    .summary('see how the agent is doing')
    .description(
      'Shows whether the agent of this machine runs, how far it has read each log, and what each service took of its reports; also of the agent inside `honeyjam up`. It asks nobody: everything stands in the state directory. Ends with 1 when no agent runs, when it has not said anything for 150 seconds, and when a service has refused its reports or could not be reached for more than 10 minutes.',
    )
    .addOption(
      option('--state <dir>', 'state directory of the agent').default(
        undefined,
        'from cowrie.cfg, else agent in the data directory',
      ),
    )
    .addOption(dataOption())
    .addOption(cowrieConfigOption())
    .action((options: StatusOptions) => status(options, context))
  addHelpFooter(command, {
    examples: [
      ['honeyjam status', 'the agent of this machine'],
      ['honeyjam status --json', 'the same for a monitoring system'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
}

async function status(options: StatusOptions, context: Context): Promise<void> {
  const { printStatus } = await import('../print-status.ts')
  await printStatus(options, context)
}
