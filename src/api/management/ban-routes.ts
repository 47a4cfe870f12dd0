import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  AddressesRequest,
  type AddressResult,
  type AddressResults,
  BanRequest,
  MANAGEMENT_PATHS,
} from '../../contract/index.ts'
import { selectAddresses } from '../../denylist/index.ts'
import type { Address } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { type OperationOrigin, originOf, submitOperation } from '../submit-operation.ts'
import { examineAddress } from './examine-address.ts'

/** `POST /honeyjam/v1/ban` and `/unban`: as in the Report API, but each address is answered for. */
export function addBanRoutes(app: FastifyInstance, context: ApiContext, managing: AdmissionHooks): void {
  app.post(MANAGEMENT_PATHS.ban, managing, (request) => ban(context, request))
  app.post(MANAGEMENT_PATHS.unban, managing, (request) => unban(context, request))
}

async function ban(context: ApiContext, request: FastifyRequest): Promise<AddressResults> {
  const { addresses: texts, ttl, type, tags } = checkBody(jsonBodyOf(request), BanRequest, 'addresses')
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  const options = {
    acceptPrivate: context.settings.privateAddresses === 'accept',
    nowMs: origin.receivedAtMs,
  }
  const { addresses, observedAtMs, folded, skipped } = selectAddresses(texts, options)
  const receipt = await submitOperation(context, {
    kind: 'report',
    ...origin,
    addresses,
    observedAtMs,
    ttlSeconds: ttl,
    dataset: type,
    tags,
    folded,
    skipped,
  })
  const results = await mapInTurns(texts, (text): AddressResult => {
    const { address, reason } = examineAddress(text, options)
    if (address === undefined) return { address: text, outcome: 'skipped', reason }
    const entry = context.denylist.findEntry(origin.accountId, address, origin.receivedAtMs)
    // without an entry it is on the allowlist, or an unban that counts as newer (the clock was set back) has ended it
    if (entry === undefined)
      return { address, outcome: 'skipped', reason: reasonOf(context, origin, address) }
    return { address, outcome: 'banned', expiry: entry.expiresAtMs }
  })
  return { receipt_id: receipt.receiptId, results }
}

async function unban(context: ApiContext, request: FastifyRequest): Promise<AddressResults> {
  const { addresses: texts } = checkBody(jsonBodyOf(request), AddressesRequest, 'addresses')
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  // what came on the list while private addresses were accepted must come off it whatever the setting is now
  const options = { acceptPrivate: true, nowMs: origin.receivedAtMs }
  const results = await mapInTurns(texts, (text): AddressResult => {
    const { address, reason } = examineAddress(text, options)
    if (address === undefined) return { address: text, outcome: 'skipped', reason }
    const entry = context.denylist.findEntry(origin.accountId, address, origin.receivedAtMs)
    if (entry === undefined) return { address, outcome: 'skipped', reason: 'unknown' }
    return { address, outcome: 'unbanned' }
  })
  const { addresses, folded, skipped } = selectAddresses(texts, options)
  const receipt = await submitOperation(context, { kind: 'unban', ...origin, addresses, folded, skipped })
  return { receipt_id: receipt.receiptId, results }
}

function reasonOf(
  { denylist }: ApiContext,
  origin: OperationOrigin,
  address: Address,
): 'allowed' | 'protected' | 'unknown' {
  const { lists } = denylist
  const query = { listType: 'ALLOW', address } as const
  const isAllowed =
    lists.matchPrivate(origin.accountId, query, origin.receivedAtMs).length > 0 ||
    lists.matchPublic(origin.accountId, query, origin.receivedAtMs).length > 0
  if (isAllowed) return 'allowed'
  return denylist.findProtected(address, origin.receivedAtMs).length > 0 ? 'protected' : 'unknown'
}
