import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { type CommonOptions, repeatableOption } from '../options.ts'

interface ConfigOptions extends CommonOptions {
  readonly cowrieConfig?: readonly string[]
}

/** `honeyjam config check`: what the agent makes of Cowrie's configuration. */
export function addConfig(program: Command, context: Context): void {
  const config = program
    .command('config')
    .summary("check Cowrie's configuration")
    .description("Checks Cowrie's configuration as the agent reads it.")
  const command = config
    .command('check')
    .summary('print every value of the agent and where it comes from')
    .description(
      'Reads [output_threatjammer] of cowrie.cfg as `honeyjam report` does and prints every value with the file and line it comes from; the key is masked. All faults are shown at once.',
    )
    .addOption(cowrieConfigOption())
    .action((options: ConfigOptions) => check(options, context))
  addHelpFooter(command, {
    examples: [
      ['honeyjam config check', 'the configuration in the usual places'],
      ['honeyjam config check --cowrie-config /srv/cowrie/etc/cowrie.cfg', 'another one'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
  addHelpFooter(config, { examples: [['honeyjam config check', 'the configuration in the usual places']] })
}

/** Which of Cowrie's configuration files to read. */
export function cowrieConfigOption() {
  return repeatableOption(
    '--cowrie-config <file>',
    "Cowrie's configuration, instead of the usual places; of several files the later ones win",
  )
}

async function check(options: ConfigOptions, context: Context): Promise<void> {
  const { checkConfig } = await import('../check-config.ts')
  await checkConfig(options, context)
}
