import type { Command } from 'commander'
import { type AccessLogOptions, addAccessLogOption } from '../access-log-options.ts'
import type { Context } from '../context.ts'
import { addCorsOption, type CorsOptions } from '../cors-option.ts'
import { addHelpFooter } from '../help.ts'
import type { StoreOptions } from '../open-store.ts'
import {
  addStoreOptions,
  type CommonOptions,
  dataOption,
  hostOption,
  perMinuteOption,
  portOption,
  privateAddressesOption,
} from '../options.ts'
import { addProxyOptions, type ProxyOptions } from '../proxy-options.ts'
import { addRetentionOptions, type RetentionOptions } from '../retention-options.ts'
import { addSignUpOption, type SignUpOptions } from '../sign-up-option.ts'
import { addTlsOptions, type TlsOptions } from '../tls-options.ts'

interface ServeOptions
  extends CommonOptions,
    StoreOptions,
    TlsOptions,
    AccessLogOptions,
    CorsOptions,
    ProxyOptions,
    RetentionOptions,
    SignUpOptions {
  readonly data?: string
  readonly host: string
  readonly port: number
  readonly reportsPerMinute: number
  readonly privateAddresses: 'skip' | 'accept'
}

/** `honeyjam serve`: the service alone. */
export function addServe(program: Command, context: Context): void {
  const command = program
    .command('serve')
    .summary('run the service: the APIs and the denylist')
    .description(
      'Runs the service: agents report to it, firewalls read the denylist from it. Its first start makes the administrator and shows the key once; the key is kept in the data directory.',
    )
    .addOption(dataOption())
    .addOption(hostOption())
    .addOption(portOption())
    .addOption(perMinuteOption('--reports-per-minute <number>', 'reports a key may send in 60 s').default(6))
    .addOption(
      privateAddressesOption('what to do with reported private and reserved addresses').default('skip'),
    )
    .action((options: ServeOptions) => serve(options, context))
  addAccessLogOption(command)
  addTlsOptions(command)
  addStoreOptions(command)
  addProxyOptions(command)
  addRetentionOptions(command)
  addSignUpOption(command)
  addCorsOption(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam serve', 'on 127.0.0.1:8088, with the default data directory'],
      [
        'honeyjam serve --host 0.0.0.0 --port 8443 --tls-cert fullchain.pem --tls-key privkey.pem',
        'for agents and firewalls on other machines',
      ],
      ['honeyjam serve --trusted-proxies 127.0.0.1', 'behind a proxy on the same machine'],
      ['honeyjam serve --private-addresses accept', 'for decoys inside a company network'],
      ['honeyjam serve --store-file /etc/honeyjam/store', 'on PostgreSQL, by its URL in that file'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
}

async function serve(options: ServeOptions, context: Context): Promise<void> {
  const { runServe } = await import('../run-serve.ts')
  await runServe({ ...options, data: options.data ?? context.defaultDataDirectory }, context)
}
