import { z } from 'zod'
import { AllowRequest, SkipWord } from './management-api.ts'

/** Epoch milliseconds. */
const EpochMs = z.int()
/** Characters of a comment. */
const MAX_COMMENT = 200

/** Body of `POST /honeyjam/v1/protect`: as that of an allow, with words of whoever protects it. */
export const ProtectRequest = AllowRequest.extend({
  comment: z
    .string('str type expected')
    .trim()
    .max(MAX_COMMENT, `ensure this value has at most ${MAX_COMMENT} characters`)
    .default(''),
})

/** Why a range is protected. */
const ProtectionWord = z.enum(['fixed', 'own-address', 'gateway', 'resolver', 'logged-in', 'operator'])

/** A range that nobody's decisions concern; without `expiry` for ever. */
const ProtectedRangeInfo = z.object({
  range: z.string(),
  reason: ProtectionWord,
  comment: z.string(),
  created_at: EpochMs,
  expiry: EpochMs.optional(),
})
export type ProtectedRangeInfo = z.infer<typeof ProtectedRangeInfo>

/** Answer of `GET /honeyjam/v1/protected`. */
export const ProtectedSetInfo = z.object({
  /** Whether what is not public is protected as well (`skip`), or may be blocked (`accept`). */
  private_addresses: z.enum(['skip', 'accept']),
  ranges: z.array(ProtectedRangeInfo),
})
export type ProtectedSetInfo = z.infer<typeof ProtectedSetInfo>

/** Answer of `GET /honeyjam/v1/protected/ADDRESS`. */
export const ProtectionInfo = z.object({
  address: z.string(),
  /** What the address is for: `public`, `private`, `loopback`, ... */
  class: z.string(),
  protected: z.boolean(),
  /** Whether its class alone protects it. */
  by_class: z.boolean(),
  /** The ranges that protect it, narrowest first. */
  by: z.array(ProtectedRangeInfo),
})
export type ProtectionInfo = z.infer<typeof ProtectionInfo>

/** What became of one range. */
const ProtectionResult = z.discriminatedUnion('outcome', [
  z.object({ range: z.string(), outcome: z.literal('protected'), expiry: EpochMs.optional() }),
  z.object({ range: z.string(), outcome: z.literal('unprotected') }),
  z.object({ range: z.string(), outcome: z.literal('skipped'), reason: SkipWord }),
])
export type ProtectionResult = z.infer<typeof ProtectionResult>

/** Answer of `POST /honeyjam/v1/protect` and `/unprotect`: one result an element of `ranges`, in its order. */
export const ProtectionResults = z.object({ results: z.array(ProtectionResult) })
export type ProtectionResults = z.infer<typeof ProtectionResults>
