import { z } from 'zod'

/** Addresses in one batch; more are not valid (OpenAPI of the User API 1.2.27). */
export const MAX_ASSESSED_ADDRESSES = 500

const BOOLEAN_BY_TEXT: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((text) => [text, true] as const),
  ...['false', '0', 'no', 'off'].map((text) => [text, false] as const),
])

/** Query of `POST /v1/assess/ip/csv`. */
export const AssessCsvQuery = z.object({
  /** Whether a line that is no address refuses the whole file. */
  strict_parse: z
    .string()
    .transform((text, context): boolean => {
      const value = BOOLEAN_BY_TEXT.get(text.toLowerCase())
      if (value !== undefined) return value
      const message = 'value could not be parsed to a boolean'
      context.issues.push({ code: 'custom', message, params: { type: 'type_error.bool' }, input: text })
      return false
    })
    .meta({ type: 'boolean' })
    .default(false),
})

/** What is thought of an address (`IPAssessmentOutput` in the OpenAPI); paths that lead nowhere are empty. */
export const AssessmentInfo = z.object({
  self: z.string(),
  /** 0 (allowed) to 99 (denied). */
  score: z.int(),
  risk: z.enum(['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH']),
  reason: z.string(),
  datasets: z.array(z.string()),
  sources: z.array(z.string()),
  first_appearance: z.array(z.string()),
  last_appearance: z.array(z.string()),
  asn: z.string(),
  asn_prefix: z.string(),
  datacenter: z.string(),
  datacenter_prefix: z.string(),
  /** Where the lists that deny it are told. */
  denylisted: z.string(),
  allowlisted: z.string(),
  /** Its path on the reported list. */
  reported: z.string(),
})
export type AssessmentInfo = z.infer<typeof AssessmentInfo>

/** Answer of both batches (`IPAssessmentCollectionOutput` in the OpenAPI). */
export const AssessmentList = z.object({ self: z.string(), results: z.array(AssessmentInfo) })
export type AssessmentList = z.infer<typeof AssessmentList>
