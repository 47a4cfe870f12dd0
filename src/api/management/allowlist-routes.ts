import type { FastifyInstance, FastifyRequest } from 'fastify'
import { limitsOf } from '../../accounts/index.ts'
import {
  type AllowedRangeInfo,
  type Allowlist,
  AllowRequest,
  DEFAULT_DATASET,
  DisallowRequest,
  MANAGEMENT_PATHS,
  type RangeResult,
  type RangeResults,
} from '../../contract/index.ts'
import type { AllowedRange } from '../../denylist/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { admissionOf } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { fittingRanges } from '../fitting-ranges.ts'
import { checkBody, jsonBodyOf } from '../json-body.ts'
import { type OperationOrigin, originOf, submitOperation } from '../submit-operation.ts'
import { parseRanges, refuseTooWide } from './parse-ranges.ts'

/** `POST /honeyjam/v1/allow` and `/disallow`, `GET /honeyjam/v1/allowlist`. */
export function addAllowlistRoutes(
  app: FastifyInstance,
  context: ApiContext,
  { managing, reading }: { readonly managing: AdmissionHooks; readonly reading: AdmissionHooks },
): void {
  app.post(MANAGEMENT_PATHS.allow, managing, (request) => allow(context, request))
  app.post(MANAGEMENT_PATHS.disallow, managing, (request) => disallow(context, request))
  app.get(MANAGEMENT_PATHS.allowlist, reading, (request) => listAllowed(context, request))
}

async function allow(context: ApiContext, request: FastifyRequest): Promise<RangeResults> {
  const { ranges: texts, ttl } = checkBody(jsonBodyOf(request), AllowRequest, 'ranges')
  refuseTooWide(texts)
  const { grant } = admissionOf(request)
  const origin = originOf(grant, context.clock.nowMs())
  const parsed = parseRanges(texts)
  const { ranges: wanted, skipped } = parsed.operation
  const most = limitsOf(grant.plan).listElements
  const ranges = fittingRanges(context, wanted, { accountId: grant.accountId, most })
  const left = wanted.length - ranges.length
  const receipt = await submitOperation(context, {
    kind: 'allow',
    ...origin,
    ...parsed.operation,
    ranges,
    skipped: { ...skipped, ...(left > 0 && { 'over-limit': left }) },
    dataset: DEFAULT_DATASET,
    tags: [],
    ...(ttl !== undefined && { ttlSeconds: ttl }),
  })
  const allowedByRange = allowedRangesOf(context, origin)
  const results = parsed.ranges.map(({ text, range }): RangeResult => {
    if (range === undefined) return { range: text, outcome: 'skipped', reason: 'unparsable' }
    const allowed = allowedByRange.get(range)
    if (allowed === undefined) return { range, outcome: 'skipped', reason: 'over-limit' }
    return { range: allowed.range, outcome: 'allowed', ...expiryOf(allowed) }
  })
  return { receipt_id: receipt.receiptId, results }
}

async function disallow(context: ApiContext, request: FastifyRequest): Promise<RangeResults> {
  const { ranges: texts } = checkBody(jsonBodyOf(request), DisallowRequest, 'ranges')
  const origin = originOf(admissionOf(request).grant, context.clock.nowMs())
  const parsed = parseRanges(texts)
  const allowedByRange = allowedRangesOf(context, origin)
  const results = parsed.ranges.map(({ text, range }): RangeResult => {
    if (range === undefined) return { range: text, outcome: 'skipped', reason: 'unparsable' }
    if (!allowedByRange.has(range)) return { range, outcome: 'skipped', reason: 'unknown' }
    return { range, outcome: 'disallowed' }
  })
  const receipt = await submitOperation(context, { kind: 'disallow', ...origin, ...parsed.operation })
  return { receipt_id: receipt.receiptId, results }
}

function listAllowed({ denylist, clock }: ApiContext, request: FastifyRequest): Allowlist {
  const ranges = denylist.listAllowed(admissionOf(request).grant.accountId, clock.nowMs())
  return {
    ranges: ranges.map((allowed): AllowedRangeInfo => {
      return { range: allowed.range, created_at: allowed.createdAtMs, ...expiryOf(allowed) }
    }),
  }
}

function allowedRangesOf(
  { denylist }: ApiContext,
  origin: OperationOrigin,
): ReadonlyMap<string, AllowedRange> {
  const ranges = denylist.listAllowed(origin.accountId, origin.receivedAtMs)
  return new Map(ranges.map((allowed) => [allowed.range, allowed]))
}

function expiryOf({ expiresAtMs }: AllowedRange): { expiry?: number } {
  return expiresAtMs === undefined ? {} : { expiry: expiresAtMs }
}
