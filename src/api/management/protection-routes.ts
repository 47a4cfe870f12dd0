import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  DisallowRequest,
  MANAGEMENT_PATHS,
  type ProtectedRangeInfo,
  type ProtectedSetInfo,
  type ProtectionInfo,
  type ProtectionResult,
  type ProtectionResults,
  ProtectRequest,
} from '../../contract/index.ts'
import {
  isProtectedClass,
  type ProtectedRange,
  protectOperation,
  unprotectOperation,
} from '../../denylist/index.ts'
import { classifyAddress } from '../../ip/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { type AddressParams, pathAddressOf } from '../path-address.ts'
import { originOf, submitOperation } from '../submit-operation.ts'
import { parseRanges, refuseTooWide } from './parse-ranges.ts'

interface WhyRoute {
  readonly Params: AddressParams
}

/** `GET /honeyjam/v1/protected` and `.../ADDRESS`, `POST /honeyjam/v1/protect` and `/unprotect`: for all accounts at once. */
export function addProtectionRoutes(
  app: FastifyInstance,
  context: ApiContext,
  administering: AdmissionHooks,
): void {
  const { protect: path, unprotect: unprotectPath, protected: protectedPath } = MANAGEMENT_PATHS
  app.post(path, administering, (request) => protect(context, request))
  app.post(unprotectPath, administering, (request) => unprotect(context, request))
  app.get(protectedPath, administering, () => listProtected(context))
  app.get<WhyRoute>(`${protectedPath}/:ip_address`, administering, (request) => why(context, request))
}

async function protect(context: ApiContext, request: FastifyRequest): Promise<ProtectionResults> {
  const { ranges: texts, ttl, comment } = checkBody(jsonBodyOf(request), ProtectRequest, 'ranges')
  refuseTooWide(texts)
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  const { ranges, operation } = parseRanges(texts)
  const details = { ranges: operation.ranges, reason: 'fixed', comment, ttlSeconds: ttl } as const
  await submitOperation(context, protectOperation(details, origin))
  const expiry = ttl === undefined ? {} : { expiry: origin.receivedAtMs + 1000 * ttl }
  const results = ranges.map(({ text, range }): ProtectionResult => {
    if (range === undefined) return { range: text, outcome: 'skipped', reason: 'unparsable' }
    return { range, outcome: 'protected', ...expiry }
  })
  return { results }
}

async function unprotect(context: ApiContext, request: FastifyRequest): Promise<ProtectionResults> {
  const { ranges: texts } = checkBody(jsonBodyOf(request), DisallowRequest, 'ranges')
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  const { ranges, operation } = parseRanges(texts)
  const known = new Set(context.denylist.listProtected(origin.receivedAtMs).map(({ range }) => range))
  await submitOperation(context, unprotectOperation(operation.ranges, origin))
  const results = ranges.map(({ text, range }): ProtectionResult => {
    if (range === undefined) return { range: text, outcome: 'skipped', reason: 'unparsable' }
    if (!known.has(range)) return { range, outcome: 'skipped', reason: 'unknown' }
    return { range, outcome: 'unprotected' }
  })
  return { results }
}

function listProtected({ denylist, clock, settings }: ApiContext): ProtectedSetInfo {
  return {
    private_addresses: settings.privateAddresses,
    ranges: denylist.listProtected(clock.nowMs()).map(infoOf),
  }
}

function why({ denylist, clock, settings }: ApiContext, request: FastifyRequest<WhyRoute>): ProtectionInfo {
  const address = pathAddressOf(request.params)
  const addressClass = classifyAddress(address)
  const byClass = isProtectedClass(addressClass, settings.privateAddresses)
  const by = denylist.findProtected(address, clock.nowMs()).map(infoOf)
  return { address, class: addressClass, protected: byClass || by.length > 0, by_class: byClass, by }
}

function infoOf({ range, reason, comment, createdAtMs, expiresAtMs }: ProtectedRange): ProtectedRangeInfo {
  return {
    range,
    reason,
    comment,
    created_at: createdAtMs,
    ...(expiresAtMs === undefined ? {} : { expiry: expiresAtMs }),
  }
}
