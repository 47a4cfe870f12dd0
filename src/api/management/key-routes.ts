import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Accounts, endOfSuccessor, type StoredKey } from '../../accounts/index.ts'
import {
  type CreatedKey,
  CreateKeyRequest,
  type KeyList,
  MANAGEMENT_PATHS,
  RotateKeyRequest,
} from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf, optionalJsonBodyOf } from '../json-body.ts'
import { refuse, refuseUnknown } from '../refusal.ts'
import { checkKeyCount } from './check-key-count.ts'
import { findAccount } from './find-account.ts'
import { checkMayHandOut, checkMayLast } from './hand-out.ts'
import { idOf } from './id-of.ts'
import { createdKeyOf, keyInfoOf, keyWishOf } from './key-info.ts'

interface KeyRoute {
  /** `account`: where an administrator names one. */
  readonly Params: { readonly account?: string; readonly id: string }
}

type KeyRequest = FastifyRequest<KeyRoute>

/**
 * `GET` and `POST /honeyjam/v1/keys`, `DELETE /honeyjam/v1/keys/ID`, `POST /honeyjam/v1/keys/ID/rotate` for the keys of the
 * account, and the same under `/honeyjam/v1/accounts/NAME` for those of any account.
 */
export function addKeyRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { managing, administering }: { readonly managing: AdmissionHooks; readonly administering: AdmissionHooks },
): void {
  const ofAnyAccount = `${MANAGEMENT_PATHS.accounts}/:account/keys`
  for (const [path, hooks] of [
    [MANAGEMENT_PATHS.keys, managing],
    [ofAnyAccount, administering],
  ] as const) {
    app.get<KeyRoute>(path, hooks, (request) => listKeys(context, request))
    app.post<KeyRoute>(path, hooks, (request, reply) => createKey(context, request, reply))
    app.delete<KeyRoute>(`${path}/:id`, hooks, (request, reply) => revokeKey(context, request, reply))
    app.post<KeyRoute>(`${path}/:id/rotate`, hooks, (request, reply) => rotateKey(context, request, reply))
  }
}

function listKeys(context: ApiContext, request: KeyRequest): KeyList {
  const { grant } = admissionOf(request)
  const keys = context.accounts.listKeys(accountIdOf(context, request))
  return { keys: keys.map((key) => keyInfoOf(key, grant)) }
}

async function createKey(context: ApiContext, request: KeyRequest, reply: FastifyReply): Promise<CreatedKey> {
  const { accounts, clock } = context
  const { grant } = admissionOf(request)
  const accountId = accountIdOf(context, request)
  const nowMs = clock.nowMs()
  const wish = keyWishOf(checkBody(jsonBodyOf(request), CreateKeyRequest), grant, nowMs)
  checkKeyCount(accounts, accountId, nowMs)
  const created = await accounts.createKey({ ...wish, accountId, nowMs })
  void reply.code(201)
  return createdKeyOf(created, grant)
}

async function revokeKey(
  context: ApiContext,
  request: KeyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { accounts, clock } = context
  const key = keyOf(context, request)
  const { accountId, keyId } = key
  const nowMs = clock.nowMs()
  checkNotNeeded(accounts, key, nowMs)
  await accounts.revokeKey(accountId, keyId, nowMs)
  return reply.code(204).send()
}

/** One key with the scope `admin` must stay, and one in the account of the administrator. @throws Refusal 409 */
function checkNotNeeded(accounts: Accounts, { accountId, keyId }: StoredKey, nowMs: number): void {
  const all = accounts.listAdministratorKeys(nowMs)
  const isAdministrators = accounts.listAccounts()[0]?.accountId === accountId
  const needed = isAdministrators ? all.filter((key) => key.accountId === accountId) : all
  if (needed.length === 1 && needed[0]?.keyId === keyId) {
    throw refuse('last-administrator-key', `key ${keyId} is the last one with the scope admin`)
  }
}

/** The old key goes on for the overlap, so that whoever holds it can be given the new one meanwhile. */
async function rotateKey(context: ApiContext, request: KeyRequest, reply: FastifyReply): Promise<CreatedKey> {
  const { accounts, clock } = context
  const { grant } = admissionOf(request)
  const key = keyOf(context, request)
  const { overlap } = checkBody(optionalJsonBodyOf(request), RotateKeyRequest)
  const nowMs = clock.nowMs()
  checkMayLast(grant, endOfSuccessor(key, nowMs), nowMs)
  const { accountId, keyId } = key
  checkKeyCount(accounts, accountId, nowMs)
  const rotated = await accounts.rotateKey({ accountId, keyId, overlapMs: overlap * 1000, nowMs })
  if (rotated === undefined) throw refuse('key-not-in-force', `key ${keyId} is revoked, expired or replaced`)
  void reply.code(201)
  return createdKeyOf(rotated, grant)
}

/** The account whose keys are meant: the one that an administrator names, else the caller's own. */
function accountIdOf({ accounts }: ApiContext, request: KeyRequest): number {
  const { account } = request.params
  return account === undefined
    ? admissionOf(request).grant.accountId
    : findAccount(accounts, account).accountId
}

/** The key that the path names, if it is one of the account that the caller may hand out. */
function keyOf(context: ApiContext, request: KeyRequest): StoredKey {
  const keyId = idOf(request.params.id)
  const key = context.accounts.listKeys(accountIdOf(context, request)).find((each) => each.keyId === keyId)
  if (key === undefined) throw refuseUnknown('key-not-found', request.params.id)
  checkMayHandOut(admissionOf(request).grant, key)
  return key
}
