import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Accounts, type Grant, isKeyInForce, type StoredKey } from '../../accounts/index.ts'
import {
  type CreatedKey,
  CreateKeyRequest,
  type KeyInfo,
  type KeyList,
  MANAGEMENT_PATHS,
  RotateKeyRequest,
} from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf, hasScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf, optionalJsonBodyOf } from '../json-body.ts'
import { isWithin } from '../key-networks.ts'
import { refuse, refuseFaults, refuseUnknown } from '../refusal.ts'

interface KeyRoute {
  readonly Params: { readonly id: string }
}

/** `GET` and `POST /honeyjam/v1/keys`, `DELETE /honeyjam/v1/keys/ID`, `POST /honeyjam/v1/keys/ID/rotate`: the keys of the account. */
export function addKeyRoutes(app: FastifyInstance, context: ApiContext, managing: AdmissionHooks): void {
  app.get(MANAGEMENT_PATHS.keys, managing, (request): KeyList => {
    return { keys: context.accounts.listKeys(admissionOf(request).grant.accountId).map(keyInfoOf) }
  })
  app.post(MANAGEMENT_PATHS.keys, managing, (request, reply) => createKey(context, request, reply))
  app.delete<KeyRoute>(`${MANAGEMENT_PATHS.keys}/:id`, managing, (request, reply) => {
    return revokeKey(context, request, reply)
  })
  app.post<KeyRoute>(`${MANAGEMENT_PATHS.keys}/:id/rotate`, managing, (request, reply) => {
    return rotateKey(context, request, reply)
  })
}

async function createKey(
  { accounts, clock }: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<CreatedKey> {
  const { name, scopes, ttl, networks } = checkBody(jsonBodyOf(request), CreateKeyRequest)
  const { grant } = admissionOf(request)
  checkMayHandOut(grant, { scopes, networks })
  const nowMs = clock.nowMs()
  const { key, keyText } = await accounts.createKey({
    accountId: grant.accountId,
    name,
    scopes,
    networks,
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
  const { keyId } = ownKeyOf(accounts, request)
  const nowMs = clock.nowMs()
  const administrators = accounts
    .listKeys(grant.accountId)
    .filter((each) => isLastingAdministrator(each, nowMs))
    .map((each) => each.keyId)
  if (administrators.length === 1 && administrators[0] === keyId) {
    throw refuse('last-administrator-key', `key ${keyId} is the last one with the scope admin`)
  }
  await accounts.revokeKey(grant.accountId, keyId, nowMs)
  return reply.code(204).send()
}

/** The old key goes on for the overlap, so that whoever holds it can be given the new one meanwhile. */
async function rotateKey(
  { accounts, clock }: ApiContext,
  request: FastifyRequest<KeyRoute>,
  reply: FastifyReply,
): Promise<CreatedKey> {
  const { accountId, keyId } = ownKeyOf(accounts, request)
  const { overlap } = checkBody(optionalJsonBodyOf(request), RotateKeyRequest)
  const rotated = await accounts.rotateKey({
    accountId,
    keyId,
    overlapMs: overlap * 1000,
    nowMs: clock.nowMs(),
  })
  if (rotated === undefined) throw refuse('key-not-in-force', `key ${keyId} is revoked, expired or replaced`)
  void reply.code(201)
  return { ...keyInfoOf(rotated.key), key: rotated.keyText }
}

/** The key that the path names, if it is one of the account that the caller may hand out. */
function ownKeyOf(accounts: Accounts, request: FastifyRequest<KeyRoute>): StoredKey {
  const { grant } = admissionOf(request)
  const keyId = keyIdOf(request.params.id)
  const key = accounts.listKeys(grant.accountId).find((each) => each.keyId === keyId)
  if (key === undefined) throw refuseUnknown('key-not-found', request.params.id)
  checkMayHandOut(grant, key)
  return key
}

function keyIdOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Number(text)
  const msg = 'value is not a valid integer'
  throw refuseFaults([{ loc: ['path', 'id'], msg, type: 'type_error.integer' }])
}

/** A key neither makes nor revokes one that may do more than it may itself. */
function checkMayHandOut(grant: Grant, { scopes, networks }: Pick<StoredKey, 'scopes' | 'networks'>): void {
  const beyond = scopes.filter((scope) => !hasScope(grant, [scope]))
  if (beyond.length > 0) {
    throw refuse('forbidden', `the key does not have the scope ${beyond.join(', ')} itself`)
  }
  if (!isWithin(networks, grant.networks)) {
    throw refuse(
      'forbidden',
      `the key is bound to ${grant.networks.join(', ')}, and so must be the keys it makes`,
    )
  }
}

/** One that is replaced ends soon, and one that is bound to networks may be out of reach: neither is a way back in. */
function isLastingAdministrator(key: StoredKey, nowMs: number): boolean {
  const { scopes, networks, replacedBy } = key
  return (
    scopes.includes('admin') && networks.length === 0 && replacedBy === undefined && isKeyInForce(key, nowMs)
  )
}

function keyInfoOf(key: StoredKey): KeyInfo {
  return {
    id: key.keyId,
    name: key.name,
    hint: key.hint,
    scopes: [...key.scopes],
    networks: [...key.networks],
    created_at: key.createdAtMs,
    ...(key.expiresAtMs !== undefined && { expiry: key.expiresAtMs }),
    ...(key.revokedAtMs !== undefined && { revoked_at: key.revokedAtMs }),
    ...(key.replacedBy !== undefined && { replaced_by: key.replacedBy }),
  }
}
