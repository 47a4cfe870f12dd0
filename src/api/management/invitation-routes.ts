import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Invitation } from '../../accounts/index.ts'
import {
  type CreatedInvitation,
  CreateInvitationRequest,
  type InvitationInfo,
  type InvitationList,
  MANAGEMENT_PATHS,
} from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, optionalJsonBodyOf } from '../json-body.ts'
import { refuseUnknown } from '../refusal.ts'
import { idOf } from './id-of.ts'

interface InvitationRoute {
  readonly Params: { readonly id: string }
}

/** `GET` and `POST /honeyjam/v1/invitations`, `DELETE /honeyjam/v1/invitations/ID`: who may make an account on his own. */
export function addInvitationRoutes(
  app: FastifyInstance,
  context: ApiContext,
  administering: AdmissionHooks,
): void {
  const { accounts, clock } = context
  const path = MANAGEMENT_PATHS.invitations
  app.get(path, administering, async (): Promise<InvitationList> => {
    return { invitations: (await accounts.listInvitations()).map(invitationInfoOf) }
  })
  app.post(path, administering, (request, reply) => createInvitation(context, request, reply))
  app.delete<InvitationRoute>(`${path}/:id`, administering, async ({ params }, reply) => {
    const isThere = await accounts.revokeInvitation(idOf(params.id), clock.nowMs())
    if (!isThere) throw refuseUnknown('invitation-not-found', params.id)
    return await reply.code(204).send()
  })
}

async function createInvitation(
  { accounts, clock }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CreatedInvitation> {
  const { plan, uses, ttl } = checkBody(optionalJsonBodyOf(request), CreateInvitationRequest)
  const nowMs = clock.nowMs()
  const expiresAtMs = nowMs + ttl * 1000
  const { text, invitation } = await accounts.createInvitation({ plan, uses, expiresAtMs, nowMs })
  void reply.code(201)
  return { ...invitationInfoOf(invitation), invitation: text }
}

function invitationInfoOf(invitation: Invitation): InvitationInfo {
  const { invitationId, plan, uses, used, createdAtMs, expiresAtMs, revokedAtMs } = invitation
  return {
    id: invitationId,
    plan,
    uses,
    used,
    created_at: createdAtMs,
    expiry: expiresAtMs,
    ...(revokedAtMs !== undefined && { revoked_at: revokedAtMs }),
  }
}
