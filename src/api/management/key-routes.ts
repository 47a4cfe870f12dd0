import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Grant, isKeyInForce, type Scope, type StoredKey } from '../../accounts/index.ts'
import {
  type CreatedKey,
  CreateKeyRequest,
  type KeyInfo,
  type KeyList,
  MANAGEMENT_PATHS,
} from '../../contract/index.ts'
import { admissionOf, hasScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { refuse, refuseFaults, refuseUnknown } from '../refusal.ts'
import type { AdmissionHooks } from './admission-hooks.ts'

interface KeyRoute {
  readonly Params: { readonly id: string }
}

/** `GET` and `POST /honeyjam/v1/keys`, `DELETE /honeyjam/v1/keys/ID`: the keys of the account. */
export function addKeyRoutes(app: FastifyInstance, context: ApiContext, managing: AdmissionHooks): void {
  app.get(MANAGEMENT_PATHS.keys, managing, (request): KeyList => {
    return { keys: context.accounts.listKeys(admissionOf(request).grant.accountId).map(keyInfoOf) }
  })
  app.post(MANAGEMENT_PATHS.keys, managing, (request, reply) => createKey(context, request, reply))
  app.delete<KeyRoute>(`${MANAGEMENT_PATHS.keys}/:id`, managing, (request, reply) => {
    return revokeKey(context, request, reply)
  })
}

async function createKey(
  { accounts, clock }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CreatedKey> {
  const { name, scopes, ttl } = checkBody(jsonBodyOf(request), CreateKeyRequest)
  const { grant } = admissionOf(request)
  checkMayHandOut(grant, scopes)
  const nowMs = clock.nowMs()
  const { key, keyText } = await accounts.createKey({
    accountId: grant.accountId,
    name,
    scopes,
    nowMs,
    ...(ttl !== undefined && { expiresAtMs: nowMs + ttl * 1000 }),
  })
  void reply.code(201)
  return { ...keyInfoOf(key), key: keyText }
}

async function revokeKey(
  { accounts, clock }: ApiContext,
  request: FastifyRequest<KeyRoute>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { grant } = admissionOf(request)
  const keyId = keyIdOf(request.params.id)
  const nowMs = clock.nowMs()
  const keys = accounts.listKeys(grant.accountId)
  const key = keys.find((each) => each.keyId === keyId)
  if (key === undefined) throw refuseUnknown('key-not-found', request.params.id)
  checkMayHandOut(grant, key.scopes)
  if (
    isValidAdministrator(key, nowMs) &&
    keys.filter((each) => isValidAdministrator(each, nowMs)).length === 1
  ) {
    throw refuse('last-administrator-key', `key ${keyId} is the last one with the scope admin`)
  }
  await accounts.revokeKey(grant.accountId, keyId, nowMs)
  return reply.code(204).send()
}

function keyIdOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  const msg = 'value is not a valid integer'
  throw refuseFaults([{ loc: ['path', 'id'], msg, type: 'type_error.integer' }])
}

/** A key neither makes nor revokes one that may do more than it may itself. */
function checkMayHandOut(grant: Grant, scopes: readonly Scope[]): void {
  const beyond = scopes.filter((scope) => !hasScope(grant, [scope]))
  if (beyond.length === 0) return
  throw refuse('forbidden', `the key does not have the scope ${beyond.join(', ')} itself`)
}

function isValidAdministrator(key: StoredKey, nowMs: number): boolean {
  return key.scopes.includes('admin') && isKeyInForce(key, nowMs)
}

function keyInfoOf(key: StoredKey): KeyInfo {
  return {
    id: key.keyId,
    name: key.name,
    hint: key.hint,
    scopes: [...key.scopes],
    created_at: key.createdAtMs,
    ...(key.expiresAtMs !== undefined && { expiry: key.expiresAtMs }),
    ...(key.revokedAtMs !== undefined && { revoked_at: key.revokedAtMs }),
  }
}
