import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import {
  addConnectOptions,
  metricsListenOption,
  option,
  parsePlace,
  perMinuteOption,
  privateAddressesOption,
  repeatableOption,
  ttlOption,
} from '../options.ts'
import type { ReportOptions } from '../report-options.ts'
import { cowrieConfigOption } from './config.ts'

const FROM_CONFIG = 'from cowrie.cfg'

/** `honeyjam report`: the agent alone. */
export function addReport(program: Command, context: Context): void {
  const command = program
    .command('report')
    .summary("run the agent: report what Cowrie's log holds")
    .description(
      "Follows Cowrie's JSON log, through its rotation and from where it stopped, and reports each address that tried to log in. With --once it reads whole files instead (also .gz, globs, and - for standard input) and ends.",
    )
    .action((options: ReportOptions) => report(options, context))
  addReportOptions(command)
  addConnectOptions(command, FROM_CONFIG)
  addHelpFooter(command, {
    examples: [
      ['honeyjam report', 'follow the log of the Cowrie on this machine'],
      [
        'honeyjam report --api-url https://list.example.org --key-file /etc/honeyjam/key',
        'report to another machine',
      ],
      [
        "honeyjam report --once '/var/log/cowrie/cowrie.json.*' --ttl-from arrival",
        'list everybody in old logs from now on',
      ],
    ],
    exitCodes: ['ok', 'failure', 'usage', 'refused', 'unreachable', 'interrupted', 'terminated'],
  })
}

function addReportOptions(command: Command): void {
  command
    .addOption(cowrieConfigOption())
    .addOption(
      repeatableOption('--log <file>', 'log to follow; - takes standard input, to its end').default(
        undefined,
        `${FROM_CONFIG}, else the usual places`,
      ),
    )
    .addOption(
      option(
        '--listen-socketlog <host:port>',
        "take what Cowrie's [output_socketlog] sends, instead of its log",
      ).argParser(parsePlace),
    )
    .addOption(
      option(
        '--once <file...>',
        'read these files to their end, print a summary and exit; takes globs and -',
      ),
    )
    .addOption(
      option('--state <dir>', 'where the agent remembers what it sent').default(
        undefined,
        'agent in the data directory',
      ),
    )
    .addOption(
      privateAddressesOption('what to do with private and reserved sources').default(
        undefined,
        `${FROM_CONFIG}, else skip`,
      ),
    )
    .addOption(option('--track-session', 'report every connection, not only login attempts'))
    .addOption(
      ttlOption('how long reported addresses stay listed').default(undefined, `${FROM_CONFIG}, else 86400`),
    )
    .addOption(
      option('--ttl-from <start>', 'count the time from the event, or from its arrival at the service')
        .choices(['event', 'arrival'])
        .default('event'),
    )
    .addOption(
      perMinuteOption('--requests-per-minute <number>', 'most reports to send in 60 s').default(
        undefined,
        `${FROM_CONFIG}, else 6`,
      ),
    )
    .addOption(metricsListenOption())
}

async function report(options: ReportOptions, context: Context): Promise<void> {
  if (options.once === undefined) {
    const { followAndReport } = await import('../run-report.ts')
    await followAndReport(options, context)
  } else {
    const { reportOnce } = await import('../run-once.ts')
    await reportOnce({ ...options, once: options.once }, context)
  }
}
