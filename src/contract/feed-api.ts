import { z } from 'zod'
import { atLeast, permitted } from './query-values.ts'

const AT_LEAST_1 = ['value_error.number.not_ge', 'ensure this value is greater than or equal to 1'] as const
const FAMILIES = ['4', '6'] as const
/** ipset has names of 31 characters, of which some are taken. */
const NAME = /^[a-z0-9][a-z0-9_-]{0,14}$/

/** Query of `GET /feeds/NAME`. A word that it does not know is a mistake: whoever writes it into a firewall sees it once. */
export const FeedQuery = z.strictObject({
  /** Most entries, in place of what the consumer is known to have room for. */
  limit: atLeast(1, ...AT_LEAST_1).optional(),
  /** IPv4 or IPv6 alone. */
  families: z.enum(FAMILIES, { error: permitted(FAMILIES) }).optional(),
  /** From 1, where a feed has pages. */
  page: atLeast(1, ...AT_LEAST_1).default(1),
  /** Of the sets or lists that a script makes. */
  name: z
    .string()
    .regex(
      NAME,
      'ensure this value has 1 to 15 small letters, digits, _ and -, and begins with a letter or digit',
    )
    .default('feed'),
})
