import type { Command } from 'commander'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions } from '../options.ts'

type SensorsOptions = CommonOptions & ConnectOptions

/** `honeyjam sensors`: which agents are alive. */
export function addSensors(program: Command, context: Context): void {
  const command = program
    .command('sensors')
    .summary('list the agents and when they were last seen')
    .description(
      'Lists the agents that report to the service: when each was last seen, and what it said of itself then. An agent says once a minute that it is alive.',
    )
    .action((options: SensorsOptions) => sensors(options, context))
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam sensors', 'as a table, the one seen last first'],
      ['honeyjam sensors --json', 'as JSON, with everything that is known'],
    ],
    exitCodes: ['ok', 'usage', 'refused', 'unreachable'],
  })
}

async function sensors(options: SensorsOptions, context: Context): Promise<void> {
  const { printSensors } = await import('../print-sensors.ts')
  await printSensors(options, context)
}
