import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { DoctorOptions } from '../doctor/doctor-options.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, integerBetween, option, repeatableOption } from '../options.ts'
import { cowrieConfigOption } from './config.ts'

const FROM_CONFIG = 'from cowrie.cfg'
const MAX_WATCH_SECONDS = 3600

/** `honeyjam doctor`: whether an agent will work, and what to do if not. */
export function addDoctor(program: Command, context: Context): void {
  const command = program
    .command('doctor')
    .summary('see whether the agent will work, and what to do if not')
    .description(
      'Looks at everything `honeyjam report` needs, with the same options: configuration, log, state directory, name, connection and certificate, clock, key. At last it sends a canary: a report that can block nobody, shows its receipt and takes it off again. Warnings do not fail.',
    )
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.ts')
      await runDoctor(options, context)
    })
  command
    .addOption(cowrieConfigOption())
    .addOption(
      repeatableOption('--log <file>', 'log to look at').default(
        undefined,
        `${FROM_CONFIG}, else the usual places`,
      ),
    )
    .addOption(
      option('--state <dir>', 'where the agent remembers what it sent').default(
        undefined,
        'agent in the data directory',
      ),
    )
    .addOption(
      option('--watch-seconds <number>', 'longest wait for the log to grow')
        .default(5)
        .argParser(integerBetween(0, MAX_WATCH_SECONDS)),
    )
    .addOption(option('--no-canary', 'send no report'))
  addConnectOptions(command, FROM_CONFIG)
  addHelpFooter(command, {
    examples: [
      ['honeyjam doctor', 'as `honeyjam report` would start here'],
      ['honeyjam doctor --no-canary --json', 'without a report, for scripts'],
    ],
    exitCodes: ['ok', 'failure', 'usage', 'interrupted', 'terminated'],
  })
}
