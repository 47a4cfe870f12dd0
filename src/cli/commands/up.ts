import type { Command } from 'commander'
import { addAccessLogOption } from '../access-log-options.ts'
import type { Context } from '../context.ts'
import { addCorsOption } from '../cors-option.ts'
import { addHelpFooter } from '../help.ts'
import {
  addStoreOptions,
  dataOption,
  hostOption,
  metricsListenOption,
  option,
  portOption,
  repeatableOption,
} from '../options.ts'
import { addProxyOptions } from '../proxy-options.ts'
import { addRetentionOptions } from '../retention-options.ts'
import { addSignUpOption } from '../sign-up-option.ts'
import { addTlsOptions } from '../tls-options.ts'
import type { UpOptions } from '../up-options.ts'
import { cowrieConfigOption } from './config.ts'

/** `honeyjam up`: service and agent in one process. */
export function addUp(program: Command, context: Context): void {
  const command = program
    .command('up')
    .summary('run everything: service and agent in one process')
    .description(
      'Runs the service and an agent that reports what the Cowrie of this machine sees. Without a Cowrie it says how to point it at one, and serves all the same.',
    )
    .addOption(dataOption())
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(cowrieConfigOption())
    .addOption(
      repeatableOption('--log <file>', "Cowrie's JSON log").default(
        undefined,
        'from cowrie.cfg, else the usual places',
      ),
    )
    .addOption(metricsListenOption())
    .addOption(option('--demo', 'play a recorded attack into a throw-away data directory'))
    .addOption(option('--exit-after-demo', 'end after the demo').hideHelp())
    .action((options: UpOptions) => up(options, context))
  addAccessLogOption(command)
  addTlsOptions(command)
  addStoreOptions(command)
  addProxyOptions(command)
  addRetentionOptions(command)
  addSignUpOption(command)
  addCorsOption(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam up', 'with the Cowrie of this machine'],
      ['honeyjam up --log /srv/cowrie/var/log/cowrie/cowrie.json', 'with a Cowrie in an unusual place'],
      ['honeyjam up --demo', 'without any Cowrie, on a recorded attack'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
}

async function up(options: UpOptions, context: Context): Promise<void> {
  if (options.demo) {
    const { runDemo } = await import('../run-demo.ts')
    await runDemo(options, context)
  } else {
    const { runUp } = await import('../run-up.ts')
    await runUp({ ...options, data: options.data ?? context.defaultDataDirectory }, context)
  }
}
