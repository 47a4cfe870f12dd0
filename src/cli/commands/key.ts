import { type Command, Option } from 'commander'
import type { Scope } from '../../accounts/index.ts'
import { DEFAULT_OVERLAP_SECONDS, MAX_TTL_SECONDS, SCOPE_WORDS } from '../../contract/terms/index.ts'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import type { StoreOptions } from '../open-store.ts'
import {
  addConnectOptions,
  addStoreOptions,
  type CommonOptions,
  dataOption,
  integerBetween,
  option,
  repeatableOption,
  ttlOption,
} from '../options.ts'

/** Which key is to be made. */
export interface KeyDetailOptions {
  readonly scope: readonly Scope[]
  readonly ttl?: number
  readonly network?: readonly string[]
}

interface KeyOptions extends CommonOptions, ConnectOptions {
  readonly account?: string
}

interface CreateOptions extends KeyOptions, KeyDetailOptions {
  readonly name: string
}

interface RotateOptions extends KeyOptions {
  readonly overlap: number
}

interface ResetOptions extends CommonOptions, StoreOptions {
  readonly data?: string
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam key`: who may report, read and manage. */
export function addKey(program: Command, context: Context): void {
  const key = program
    .command('key')
    .summary('make, list, replace and revoke keys')
    .description('Makes, lists, replaces and revokes keys.')
  addCreate(key, context)
  addList(key, context)
  addRotate(key, context)
  addRevoke(key, context)
  addResetAdmin(key, context)
  addHelpFooter(key, {
    examples: [
      ['honeyjam key create --name sensor-1', 'a key for an agent on another machine'],
      ['honeyjam key create --name edge-firewall --scope read', 'a key for a firewall'],
      ['honeyjam key rotate 3', 'another key in the place of the one with the id 3'],
      ['honeyjam key revoke 3', 'end the key with the id 3'],
    ],
  })
}

function addCreate(key: Command, context: Context): void {
  const command = key
    .command('create')
    .summary('make a key')
    .description('Makes a key and prints it, this once: the service keeps only its hash.')
    .addOption(option('--name <name>', 'what the key is for').makeOptionMandatory())
    .addOption(accountOption())
    .action(async (options: CreateOptions) => {
      const { createKey } = await import('../manage-keys.ts')
      await createKey(options, context)
    })
  addKeyDetailOptions(command, ['report'])
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam key create --name sensor-1', 'a key that may report'],
      [
        'honeyjam key create --name edge-firewall --scope read --ttl 31536000',
        'one that may read, for a year',
      ],
      ['honeyjam key create --name sensor-2 --network 192.0.2.0/24', 'one that works from one network only'],
      ['honeyjam key create --account team-a --name sensor-3', 'one of another account'],
    ],
    exitCodes: EXITS,
  })
}

function addList(key: Command, context: Context): void {
  const command = key
    .command('list')
    .summary('list the keys')
    .description('Lists the keys, revoked and expired ones too; of the key itself only the end is known.')
    .addOption(accountOption())
    .action(async (options: KeyOptions) => {
      const { listKeys } = await import('../manage-keys.ts')
      await listKeys(options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam key list', 'as a table'],
      ['honeyjam key list --json', 'as JSON'],
      ['honeyjam key list --account team-a', 'those of another account'],
    ],
    exitCodes: EXITS,
  })
}

function addRotate(key: Command, context: Context): void {
  const command = key
    .command('rotate <id>')
    .summary('replace a key')
    .description(
      'Makes a key that may do the same as another and prints it, this once. The old one stays valid for the overlap, so that its holder can change over. When it is the one in admin.key of the data directory, the new one takes its place there.',
    )
    .addOption(
      option('--overlap <seconds>', 'how long the old key stays valid; 0 ends it at once')
        .default(DEFAULT_OVERLAP_SECONDS)
        .argParser(integerBetween(0, MAX_TTL_SECONDS)),
    )
    .addOption(accountOption())
    .action(async (id: string, options: RotateOptions) => {
      const { rotateKey } = await import('../rotate-key.ts')
      await rotateKey(id, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam key rotate 3', 'both work for a day'],
      ['honeyjam key rotate 3 --overlap 0', 'the old one is known to others'],
    ],
    exitCodes: EXITS,
  })
}

function addRevoke(key: Command, context: Context): void {
  const command = key
    .command('revoke <id...>')
    .summary('end keys')
    .description('Ends keys at once, by the ids that `honeyjam key list` shows. What they reported stays.')
    .addOption(accountOption())
    .action(async (ids: string[], options: KeyOptions) => {
      const { revokeKeys } = await import('../manage-keys.ts')
      await revokeKeys(ids, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam key revoke 3', 'one key'],
      ['honeyjam key revoke 3 4', 'two keys'],
    ],
    exitCodes: EXITS,
  })
}

function addResetAdmin(key: Command, context: Context): void {
  const command = key
    .command('reset-admin')
    .summary("make another administrator's key, with the service stopped")
    .description(
      "Makes another administrator's key and ends the one it replaces, when admin.key was lost. It works on the data directory itself, so the service must be stopped.",
    )
    .addOption(dataOption())
    .action(async (options: ResetOptions) => {
      const { resetAdmin } = await import('../reset-admin.ts')
      await resetAdmin({ ...options, data: options.data ?? context.defaultDataDirectory }, context)
    })
  addStoreOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam key reset-admin', 'in the default data directory'],
      ['honeyjam key reset-admin --data /var/lib/honeyjam', 'in another one'],
    ],
    exitCodes: ['ok', 'failure', 'usage'],
  })
}

function accountOption(): Option {
  return option('--account <name>', "account it is about; needs an administrator's key").default(
    undefined,
    'that of the key',
  )
}

/** Adds what a new key may do, for how long and from where. */
export function addKeyDetailOptions(command: Command, scopes: readonly Scope[]): Command {
  return command
    .addOption(
      new Option('--scope <scope...>', 'what it may do; admin may do everything')
        .choices(SCOPE_WORDS)
        .default(scopes)
        .env('HONEYJAM_SCOPE'),
    )
    .addOption(ttlOption('how long it is valid').default(undefined, 'until it is revoked'))
    .addOption(
      repeatableOption('--network <cidr>', 'where it may be used from; may be repeated').default(
        undefined,
        'anywhere',
      ),
    )
}
