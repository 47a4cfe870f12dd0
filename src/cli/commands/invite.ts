import type { Command } from 'commander'
import type { Plan } from '../../accounts/index.ts'
import {
  DEFAULT_INVITATION_TTL_SECONDS,
  MAX_INVITATION_USES,
  MAX_TTL_SECONDS,
  PLAN_WORDS,
} from '../../contract/terms/index.ts'
import type { ConnectOptions } from '../connect.ts'
import type { Context } from '../context.ts'
import { addHelpFooter } from '../help.ts'
import { addConnectOptions, type CommonOptions, integerBetween, option } from '../options.ts'

type Options = CommonOptions & ConnectOptions

interface CreateOptions extends Options {
  readonly plan: Plan
  readonly uses: number
  readonly expires: number
}

const EXITS = ['ok', 'usage', 'refused', 'unreachable'] as const

/** `honeyjam invite`: who may make an account without an administrator. */
export function addInvite(program: Command, context: Context): void {
  const invite = program
    .command('invite')
    .summary('make, list and revoke invitations')
    .description(
      "Makes, lists and revokes invitations, with which others make accounts of their own. It takes an administrator's key, and a service that runs with --sign-up invited or open.",
    )
  addCreate(invite, context)
  addList(invite, context)
  addRevoke(invite, context)
  addHelpFooter(invite, {
    examples: [
      ['honeyjam invite create', 'for one account, within a week'],
      ['honeyjam invite list', 'all invitations, and how often each was used'],
      ['honeyjam invite revoke 3', 'end the invitation with the id 3'],
    ],
  })
}

function addCreate(invite: Command, context: Context): void {
  const command = invite
    .command('create')
    .summary('make an invitation')
    .description(
      'Makes an invitation and prints it, this once: the service keeps only its hash. Whoever has it makes an account by POST /honeyjam/v1/sign-up.',
    )
    .addOption(option('--plan <plan>', 'what the accounts may use').choices(PLAN_WORDS).default('FREE'))
    .addOption(
      option('--uses <number>', 'how many accounts it may make')
        .default(1)
        .argParser(integerBetween(1, MAX_INVITATION_USES)),
    )
    .addOption(
      option('--expires <seconds>', 'how long it is valid')
        .default(DEFAULT_INVITATION_TTL_SECONDS)
        .argParser(integerBetween(1, MAX_TTL_SECONDS)),
    )
    .action(async (options: CreateOptions) => {
      const { createInvitation } = await import('../manage-invitations.ts')
      await createInvitation(options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam invite create', 'for one account with the plan FREE, within a week'],
      ['honeyjam invite create --uses 20 --expires 86400', 'for twenty accounts, within a day'],
      ['honeyjam invite create --plan PRO --json', 'as JSON, for a script'],
    ],
    exitCodes: EXITS,
  })
}

function addList(invite: Command, context: Context): void {
  const command = invite
    .command('list')
    .summary('list the invitations')
    .description('Lists the invitations, also those that are used up, expired or revoked; never their text.')
    .action(async (options: Options) => {
      const { listInvitations } = await import('../manage-invitations.ts')
      await listInvitations(options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam invite list', 'as a table'],
      ['honeyjam invite list --json', 'as JSON'],
    ],
    exitCodes: EXITS,
  })
}

function addRevoke(invite: Command, context: Context): void {
  const command = invite
    .command('revoke <id...>')
    .summary('end invitations')
    .description(
      'Ends invitations at once, by the ids that `honeyjam invite list` shows. The accounts they made stay.',
    )
    .action(async (ids: string[], options: Options) => {
      const { revokeInvitations } = await import('../manage-invitations.ts')
      await revokeInvitations(ids, options, context)
    })
  addConnectOptions(command)
  addHelpFooter(command, {
    examples: [
      ['honeyjam invite revoke 3', 'the one with the id 3'],
      ['honeyjam invite revoke 3 4', 'two of them'],
    ],
    exitCodes: EXITS,
  })
}
