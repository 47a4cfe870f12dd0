import type { CreatedInvitation, InvitationInfo, InvitationList } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { formatInstant } from './format-time.ts'
import { renderTable } from './table.ts'

interface NewInvitationRequest extends ConnectOptions {
  readonly plan: string
  readonly uses: number
  readonly expires: number
}

/** Makes an invitation; standard output holds its text alone, so that it can go into a file. */
export async function createInvitation(request: NewInvitationRequest, context: Context): Promise<void> {
  const { plan, uses, expires: ttl } = request
  const { output } = context
  const created = await withApi(request, context, async (api) => {
    const path = MANAGEMENT_PATHS.invitations
    const { body } = await api.request({ method: 'POST', path, body: { plan, uses, ttl } })
    return body as CreatedInvitation
  })
  if (output.json) {
    output.printJson(created)
    return
  }
  const accounts = uses === 1 ? 'one account' : `${uses} accounts`
  output.note(
    `Invitation ${created.id}: ${accounts} with the plan ${plan}, until ${formatInstant(created.expiry)} UTC. It is shown this once:`,
  )
  output.print(created.invitation)
}

export async function listInvitations(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    return (await api.request({ method: 'GET', path: MANAGEMENT_PATHS.invitations })).body as InvitationList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderInvitations(answer.invitations, Date.now()))
}

/** Ends invitations, one after the other. @throws HoneyjamError USAGE one is no id; then none is ended */
export async function revokeInvitations(
  ids: readonly string[],
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  for (const id of ids) {
    if (/^\d{1,15}$/.test(id)) continue
    throw new HoneyjamError('USAGE', `${JSON.stringify(id)} is no invitation id: see honeyjam invite list`)
  }
  await withApi(options, context, async (api) => {
    for (const id of ids)
      await api.request({ method: 'DELETE', path: `${MANAGEMENT_PATHS.invitations}/${id}` })
  })
  if (context.output.json) context.output.printJson({ revoked: ids.map(Number) })
  else context.output.print(`Revoked: ${ids.join(', ')}`)
}

function renderInvitations(invitations: readonly InvitationInfo[], nowMs: number): string {
  const rows = invitations.map((invitation) => [
    String(invitation.id),
    invitation.plan,
    `${invitation.used} of ${invitation.uses}`,
    formatInstant(invitation.created_at),
    formatInstant(invitation.expiry),
    stateOf(invitation, nowMs),
  ])
  return renderTable(
    [
      { heading: 'ID', align: 'right' },
      { heading: 'PLAN' },
      { heading: 'USED' },
      { heading: 'CREATED (UTC)' },
      { heading: 'EXPIRES (UTC)' },
      { heading: 'STATE' },
    ],
    rows,
  )
}

function stateOf({ revoked_at: revokedAt, expiry, used, uses }: InvitationInfo, nowMs: number): string {
  if (revokedAt !== undefined) return `revoked ${formatInstant(revokedAt)}`
  if (used >= uses) return 'used up'
  return expiry <= nowMs ? 'expired' : 'valid'
}
