import { z } from 'zod'
import { atLeast, permitted, Timestamp } from './query-values.ts'

/** Formats of the reported list; PLAIN (one address a line) is ours. */
export const OUTPUT_FORMATS = ['JSON', 'CSV', 'AWS-WAF', 'PLAIN'] as const
export type OutputFormat = (typeof OUTPUT_FORMATS)[number]

export const PROTOCOLS = ['ALL', 'IPV4', 'IPV6'] as const

/**
 * Query of `GET /v1/denylist/reported/ip`, timestamps in milliseconds. Whether `dataset` exists and whether timestamps lie
 * in the future is not checked here: these have answers of their own.
 */
export const ReportedQuery = z.object({
  dataset: z.string().optional(),
  reported_before: Timestamp.optional(),
  reported_after: Timestamp.optional(),
  expires_before: Timestamp.optional(),
  expires_after: Timestamp.optional(),
  greater_than: atLeast(1, 'value_error.number.not_gt', 'ensure this value is greater than 0').optional(),
  less_than: atLeast(2, 'value_error.number.not_gt', 'ensure this value is greater than 1').optional(),
  ip_protocol_version: z.enum(PROTOCOLS, permitted(PROTOCOLS)).default('ALL'),
  output_format: z.enum(OUTPUT_FORMATS, permitted(OUTPUT_FORMATS)).default('JSON'),
})
export type ReportedQuery = z.output<typeof ReportedQuery>

/** One reported address (`IPListOutput` in the OpenAPI). */
export const ReportedAddress = z.object({
  /** `/v1/denylist/reported/ip/ADDRESS` */
  self: z.string(),
  /** Epoch milliseconds. */
  last_report: z.int(),
  /** Epoch milliseconds. */
  expiry: z.int(),
  total_reports: z.int(),
  protocol: z.enum(['IPV4', 'IPV6']),
  /** `/v1/dataset/ip/NAME` */
  dataset: z.string(),
  tags: z.array(z.string()).optional(),
})
export type ReportedAddress = z.infer<typeof ReportedAddress>

/** Answer of `GET /v1/denylist/reported/ip` in JSON (`IPListCollectionOutput` in the OpenAPI). */
export const ReportedAddressList = z.object({ self: z.string(), addresses: z.array(ReportedAddress) })
export type ReportedAddressList = z.infer<typeof ReportedAddressList>

/** Answer of `GET /v1/token` (`TokenOutput` in the OpenAPI); times in epoch milliseconds. */
export const TokenInfo = z.object({
  /** `/v1/token/KEY` */
  self: z.string(),
  region_id: z.string(),
  last_month_bucket_init_value: z.int(),
  last_month_bucket_value: z.int(),
  last_month_bucket_refresh: z.int(),
  last_minute_bucket_init_value: z.int(),
  last_minute_bucket_refill_ratio: z.int(),
  last_minute_bucket_value: z.int(),
  last_minute_bucket_refresh: z.int(),
  status: z.enum(['ENABLED', 'DISABLED']),
  created_at: z.int(),
  updated_at: z.int(),
})
export type TokenInfo = z.infer<typeof TokenInfo>

/** One request of the key in use (`ActivityOutput` in the OpenAPI). */
export const ActivityInfo = z.object({
  /** `/v1/token/activity/ID` */
  self: z.string(),
  event: z.enum(['REQUEST_TAKEN', 'REQUEST_REFUSED', 'REQUEST_FAILED']),
  description: z.string(),
  /** What became of it, if it was a change. */
  data: z.object({ receipt: z.string().optional() }),
  /** Epoch milliseconds. */
  created_at: z.int(),
  source: z.object({
    /** Of the client; empty when it is not known. */
    address: z.string(),
    ua_string: z.string(),
    status_code: z.int(),
    uri: z.string(),
    /** The beginning of it. */
    body: z.string(),
    method: z.string(),
  }),
})
export type ActivityInfo = z.infer<typeof ActivityInfo>

/** Answer of `GET /v1/token/activity` (`ActivityCollectionOutput` in the OpenAPI). */
export const ActivityList = z.object({
  self: z.string(),
  page: z.int(),
  page_size: z.int(),
  /** Newest first. */
  activities: z.array(ActivityInfo),
})
export type ActivityList = z.infer<typeof ActivityList>
