import type { Command } from 'commander'
import type { Plan } from '../../accounts/index.ts'
import { PLAN_WORDS } from '../../contract/terms/index.ts'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, option } from '../options.ts'
import { addKeyDetailOptions, type KeyDetailOptions } from './key.ts'

type Options = CommonOptions & ConnectOptions

interface CreateOptions extends Options, KeyDetailOptions {
  readonly plan: Plan
  readonly keyName?: string
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam account`: who shares the service without seeing one another. */
export function addAccount(program: Command, context: Context): void {
  const account = program
    .command('account')
    .summary('make, list, disable and enable accounts')
    .description(
      "Makes, lists, disables and enables accounts. Each has lists and keys of its own, and no other sees them. It takes an administrator's key.",
    )
  addCreate(account, context)
  addList(account, context)
  addDisable(account, context)
  addEnable(account, context)
  addPlan(account, context)
  addHelpFooter(account, {
    examples: [
      ['honeyjam account create team-a --key-name first', 'an account and its first key'],
      ['honeyjam account list', 'all accounts'],
      ['honeyjam account disable team-a', 'its keys are not valid from now on'],
      ['honeyjam account plan team-a FREE', 'bound what it may use'],
    ],
  })
}

function addCreate(account: Command, context: Context): void {
  const command = account
    .command('create <name>')
    .summary('make an account')
    .description(
      'Makes an account, and its first key if that is given a name: the key is printed, this once. The name has small letters, digits and . _ @ - between them.',
    )
    .addOption(option('--plan <plan>', 'what it may use').choices(PLAN_WORDS).default('UNLIMITED'))
    .addOption(option('--key-name <name>', 'what its first key is for').default(undefined, 'no key is made'))
    .action(async (name: string, options: CreateOptions) => {
      const { createAccount } = await import('../manage-accounts.ts')
      await createAccount(name, options, context)
    })
  addKeyDetailOptions(command, ['report', 'read', 'manage'])
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam account create team-a --key-name first', 'with a key that may do all but administer'],
      ['honeyjam account create team-b --plan FREE', 'without a key'],
      ['honeyjam account create sensors --key-name s1 --scope report', 'with a key that may report'],
    ],
    exitCodes: EXITS,
  })
}

function addList(account: Command, context: Context): void {
  const command = account
    .command('list')
    .summary('list the accounts')
    .description('Lists the accounts, their plans and which are disabled.')
    .action(async (options: Options) => {
      const { listAccounts } = await import('../manage-accounts.ts')
      await listAccounts(options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam account list', 'as a table'],
      ['honeyjam account list --json', 'as JSON'],
    ],
    exitCodes: EXITS,
  })
}

function addDisable(account: Command, context: Context): void {
  const command = account
    .command('disable <name>')
    .summary('make the keys of an account invalid')
    .description(
      'Makes all keys of an account invalid until it is enabled again. Its lists stay. The account of the administrator cannot be disabled.',
    )
    .action(async (name: string, options: Options) => {
      const { changeAccount } = await import('../manage-accounts.ts')
      await changeAccount(name, { disabled: true }, { options, context })
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam account disable team-a', 'at once'],
      ['honeyjam account disable team-a --json', 'and print the account as JSON'],
    ],
    exitCodes: EXITS,
  })
}

function addEnable(account: Command, context: Context): void {
  const command = account
    .command('enable <name>')
    .summary('make the keys of a disabled account valid again')
    .description('Makes the keys of a disabled account valid again, but for those that ended meanwhile.')
    .action(async (name: string, options: Options) => {
      const { changeAccount } = await import('../manage-accounts.ts')
      await changeAccount(name, { disabled: false }, { options, context })
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam account enable team-a', 'at once'],
      ['honeyjam account enable team-a --json', 'and print the account as JSON'],
    ],
    exitCodes: EXITS,
  })
}

function addPlan(account: Command, context: Context): void {
  const command = account
    .command('plan <name> <plan>')
    .summary('set what an account may use')
    .description(`Sets the plan of an account: ${PLAN_WORDS.join(', ')}.`)
    .action(async (name: string, plan: string, options: Options) => {
      const { changeAccount, checkPlan } = await import('../manage-accounts.ts')
      await changeAccount(name, { plan: checkPlan(plan, PLAN_WORDS) }, { options, context })
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam account plan team-a FREE', 'the smallest one'],
      ['honeyjam account plan team-a UNLIMITED', 'no bounds'],
    ],
    exitCodes: EXITS,
  })
}
