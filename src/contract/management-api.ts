import { z } from 'zod'
import { parseRange, type Range } from '../ip/index.ts'
import { EnforcedBy } from './enforcer-api.ts'
import { permitted } from './query-values.ts'
import { Dataset, TtlSeconds } from './report-api.ts'
import {
  DEFAULT_DATASET,
  DEFAULT_OVERLAP_SECONDS,
  DEFAULT_TTL_SECONDS,
  MAX_KEY_NAME_LENGTH,
  MAX_KEY_NETWORKS,
  MAX_TTL_SECONDS,
  SCOPE_WORDS,
} from './terms/index.ts'
import { TagList, TextList } from './text-lists.ts'
import { ReportedAddress } from './user-api.ts'
import { WholeNumber } from './whole-number.ts'

const NOT_AN_OBJECT = 'value is not a valid dict'
/** Epoch milliseconds in every answer. */
const EpochMs = z.int()

/** Body of `POST /honeyjam/v1/ban`. */
export const BanRequest = z.object(
  {
    addresses: TextList,
    ttl: TtlSeconds.default(DEFAULT_TTL_SECONDS),
    type: Dataset.default(DEFAULT_DATASET),
    tags: TagList.default([]),
  },
  NOT_AN_OBJECT,
)
export type BanRequest = z.input<typeof BanRequest>

/** Why an address or range was left out. */
export const SkipWord = z.enum([
  'unparsable',
  'private',
  'never-a-source',
  'allowed',
  'protected',
  'unknown',
  'over-limit',
  'default-list',
])
export type SkipWord = z.infer<typeof SkipWord>

const Skipped = { outcome: z.literal('skipped'), reason: SkipWord }

/** What became of one address of a ban or unban. */
export const AddressResult = z.discriminatedUnion('outcome', [
  /** `expiry`: when the entry ends. */
  z.object({ address: z.string(), outcome: z.literal('banned'), expiry: EpochMs }),
  z.object({ address: z.string(), outcome: z.literal('unbanned') }),
  /** `address` is the text of the request when it does not parse. */
  z.object({ address: z.string(), ...Skipped }),
])
export type AddressResult = z.infer<typeof AddressResult>

/** Answer of a ban or unban: one result an element of `addresses`, in its order. */
export const AddressResults = z.object({ receipt_id: z.string(), results: z.array(AddressResult) })
export type AddressResults = z.infer<typeof AddressResults>

/** Body of `POST /honeyjam/v1/allow`: addresses or networks in CIDR notation; without `ttl` for ever. */
export const AllowRequest = z.object({ ranges: TextList, ttl: TtlSeconds.optional() }, NOT_AN_OBJECT)

/** Body of `POST /honeyjam/v1/disallow`. */
export const DisallowRequest = z.object({ ranges: TextList }, NOT_AN_OBJECT)

/** What became of one range. */
export const RangeResult = z.discriminatedUnion('outcome', [
  /** Without `expiry` for ever. */
  z.object({ range: z.string(), outcome: z.literal('allowed'), expiry: EpochMs.optional() }),
  z.object({ range: z.string(), outcome: z.literal('disallowed') }),
  z.object({ range: z.string(), ...Skipped }),
])
export type RangeResult = z.infer<typeof RangeResult>

/** Answer of an allow or disallow: one result an element of `ranges`, in its order. */
export const RangeResults = z.object({ receipt_id: z.string(), results: z.array(RangeResult) })
export type RangeResults = z.infer<typeof RangeResults>

/** A range of the allowlist; without `expiry` it stays for ever. */
export const AllowedRangeInfo = z.object({
  range: z.string(),
  created_at: EpochMs,
  expiry: EpochMs.optional(),
})
export type AllowedRangeInfo = z.infer<typeof AllowedRangeInfo>

/** Answer of `GET /honeyjam/v1/allowlist`. */
export const Allowlist = z.object({ ranges: z.array(AllowedRangeInfo) })
export type Allowlist = z.infer<typeof Allowlist>

/** A private or public list that holds an address. */
const HoldingList = z.object({
  name: z.string(),
  /** Its path in the User API. */
  self: z.string(),
})

/** Answer of `GET /honeyjam/v1/check/ADDRESS`. */
export const CheckResult = z.object({
  address: z.string(),
  /** What the address is for: `public`, `private`, `loopback`, ... */
  class: z.string(),
  /** Whether no list of any account can have it blocked. */
  protected: z.boolean(),
  /** Whether it is on the reported list. */
  listed: z.boolean(),
  allowed: z.boolean(),
  /** Present when listed. */
  entry: ReportedAddress.optional(),
  /** Allowlists that hold it, the default one among them; none: it is not allowed. */
  allowlists: z.array(HoldingList),
  /** Denylists that hold it besides the reported one; an allowlist overrules them. */
  denylists: z.array(HoldingList),
  /** Present when a network allows it: the narrowest of the default allowlist, or else of another. */
  allowed_by: z.object({ range: z.string(), expiry: EpochMs.optional() }).optional(),
  /** Firewalls that are known to drop what it sends; others may do so as well. */
  enforced_by: z.array(EnforcedBy),
})
export type CheckResult = z.infer<typeof CheckResult>

const ScopeWord = z.enum(SCOPE_WORDS, `value is not a known scope; permitted: ${SCOPE_WORDS.join(', ')}`)

/** Addresses or networks in CIDR notation from which a key may be used; host bits are cleared. */
const Networks = z
  .array(
    z.string('str type expected').transform((text, context): Range => {
      const range = parseRange(text)
      if (range !== undefined) return range
      context.addIssue({ code: 'custom', message: 'value is not an address or a network in CIDR notation' })
      return z.NEVER
    }),
    'value is not a valid list',
  )
  .max(MAX_KEY_NETWORKS, `ensure this list has at most ${MAX_KEY_NETWORKS} items`)
  .transform((networks) => [...new Set(networks)])

/** Body of `POST /honeyjam/v1/keys`; without `ttl` (seconds) the key does not expire. */
export const CreateKeyRequest = z.object(
  {
    name: z
      .string('str type expected')
      .trim()
      .min(1, 'ensure this value has at least 1 character')
      .max(MAX_KEY_NAME_LENGTH, `ensure this value has at most ${MAX_KEY_NAME_LENGTH} characters`),
    scopes: z
      .array(ScopeWord, 'value is not a valid list')
      .min(1, 'ensure this list has at least 1 item')
      .transform((scopes) => [...new Set(scopes)]),
    ttl: TtlSeconds.optional(),
    networks: Networks.default([]),
  },
  NOT_AN_OBJECT,
)
export type CreateKeyRequest = z.input<typeof CreateKeyRequest>

/** Body of `POST /honeyjam/v1/keys/ID/rotate`; 0 ends the old key at once. */
export const RotateKeyRequest = z.object(
  {
    overlap: WholeNumber.min(0, 'ensure this value is greater than or equal to 0')
      .max(MAX_TTL_SECONDS, `ensure this value is less than or equal to ${MAX_TTL_SECONDS}`)
      .default(DEFAULT_OVERLAP_SECONDS),
  },
  NOT_AN_OBJECT,
)

/** A key as it is shown: never its text. */
export const KeyInfo = z.object({
  id: z.int(),
  name: z.string(),
  /** The last four characters. */
  hint: z.string(),
  scopes: z.array(ScopeWord),
  /** Where it may be used from; none: from anywhere. */
  networks: z.array(z.string()),
  created_at: EpochMs,
  expiry: EpochMs.optional(),
  revoked_at: EpochMs.optional(),
  /** The id of the key that a rotation made in its place. */
  replaced_by: z.int().optional(),
  /** Present for the key that the request came with. */
  current: z.literal(true).optional(),
})
export type KeyInfo = z.infer<typeof KeyInfo>

/** Answer of `GET /honeyjam/v1/keys`. */
export const KeyList = z.object({ keys: z.array(KeyInfo) })
export type KeyList = z.infer<typeof KeyList>

/** Answer of `POST /honeyjam/v1/keys` and `.../ID/rotate`: the only time the text of the key is shown. */
export const CreatedKey = KeyInfo.extend({ key: z.string() })
export type CreatedKey = z.infer<typeof CreatedKey>

/** Answer of `GET /honeyjam/v1/receipts/ID`. */
export const ReceiptInfo = z.object({
  receipt_id: z.string(),
  kind: z.enum([
    'report',
    'unban',
    'remove',
    'allow',
    'disallow',
    'list-create',
    'list-update',
    'list-delete',
    'list-content',
    'list-empty',
    'list-origin',
    'public-list-select',
    'public-list-release',
  ]),
  received_at: EpochMs,
  /** Addresses or ranges that took effect. */
  taken: z.int(),
  /** Addresses that stood more than once in the request. */
  folded: z.int(),
  /** How many were left out, by reason. */
  skipped: z.partialRecord(SkipWord, z.int()),
  /** The lists that it changed, as far as they are there still. */
  lists: z.array(HoldingList),
  /** Firewalls that are known to have brought it about; others may have done so as well. */
  enforced_by: z.array(EnforcedBy),
})
export type ReceiptInfo = z.infer<typeof ReceiptInfo>

/** Query of `GET /honeyjam/v1/decisions`; any text is taken for a revision, of an unknown one everything is sent. */
export const DecisionsQuery = z.object({
  since: z.string().optional(),
  checksum: z
    .enum(['true', 'false'], { error: permitted(['true', 'false']) })
    .default('false')
    .transform((text) => text === 'true'),
})

/** Query of `GET /honeyjam/v1/decisions/stream`; the header `Last-Event-ID` goes before it. */
export const DecisionsStreamQuery = z.object({ since: z.string().optional() })
