import { z } from 'zod'
import { atLeast } from './query-values.ts'

/** RFC 3339 in UTC with any number of fractional digits, as TAXII 2.1 section 1.3.4 has it. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

const TaxiiTime = z.string().transform((text, context): number => {
  const ms = TIMESTAMP.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  context.addIssue({ code: 'custom', message: 'value is not a time as 2026-11-24T12:00:00.000Z' })
  return z.NEVER
})

const Words = z.string().transform((text) => text.split(',').map((word) => word.trim()))

/** Query of the operations that list objects (TAXII 2.1 sections 3.4 and 3.5). */
export const TaxiiQuery = z.object({
  added_after: TaxiiTime.optional(),
  limit: atLeast(
    1,
    'value_error.number.not_ge',
    'ensure this value is greater than or equal to 1',
  ).optional(),
  next: z.string().max(100).optional(),
  'match[id]': Words.optional(),
  'match[type]': Words.optional(),
  'match[version]': Words.optional(),
  'match[spec_version]': Words.optional(),
})
export type TaxiiQuery = z.output<typeof TaxiiQuery>
