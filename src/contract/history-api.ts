import { z } from 'zod'
import { TIME_RANGES } from './dataset-api.ts'

/** A change of the reported list (`IPLogOutput` in the OpenAPI). */
export const LogChange = z.object({
  /** `/v1/log/ip/id/ID` */
  self: z.string(),
  cidr: z.string(),
  /** Of the address at that time, 0 to 99. */
  score: z.int(),
  risk: z.enum(['UNKNOWN', 'LOW', 'MEDIUM', 'HIGH']),
  /** `/v1/dataset/ip/NAME`; empty when it is not known any more. */
  dataset: z.string(),
  /** Empty: what is reported comes from no source list. */
  source: z.string(),
  /** From the sighting to its report. */
  lapse: z.enum(TIME_RANGES),
  action: z.enum(['ADD', 'DELETE']),
  /** Epoch milliseconds. */
  timestamp: z.int(),
  /** Required by the schema, which says nothing of it. */
  debug: z.object({}),
})
export type LogChange = z.infer<typeof LogChange>

/** Answer of `GET /v1/log/ip/ADDRESS` (`IPLogCollectionOutput` in the OpenAPI), newest first. */
export const LogChangeList = z.object({
  self: z.string(),
  logs: z.array(LogChange),
  debug: z.object({}),
})
export type LogChangeList = z.infer<typeof LogChangeList>

/** What happened to an address; see docs/reference/management-api.md. */
export const HistoryEventInfo = z.object({
  /** `listed` and `unlisted` are about private lists, the others about the reported one. */
  event: z.enum([
    'reported',
    'unbanned',
    'removed',
    'allowed',
    'disallowed',
    'listed',
    'unlisted',
    'expired',
  ]),
  /** What it did to the list. */
  effect: z.enum(['entered', 'stayed', 'left', 'none']),
  /** Epoch milliseconds. */
  at: z.int(),
  /** When the entry then was to end. */
  expiry: z.int().optional(),
  dataset: z.string().optional(),
  tags: z.array(z.string()).optional(),
  ttl: z.int().optional(),
  /** When the address was seen, if not when it was reported. */
  observed_at: z.int().optional(),
  /** Networks that meant this address without naming it. */
  ranges: z.array(z.string()).optional(),
  /** The private list; its name is `null` when it is gone. */
  list: z.object({ id: z.string(), name: z.string().nullable() }).optional(),
  /** The key that asked for it; `null`: the account has no such key. Not of what ran out. */
  key_id: z.int().optional(),
  key_name: z.string().nullable().optional(),
  receipt_id: z.string().optional(),
})
export type HistoryEventInfo = z.infer<typeof HistoryEventInfo>

/** Answer of `GET /honeyjam/v1/history/ADDRESS`. */
export const AddressHistoryInfo = z.object({
  address: z.string(),
  page: z.int(),
  page_size: z.int(),
  /** Events there are, on all pages. */
  total: z.int(),
  /** Whether only the newest operations were looked at, since there are too many. */
  is_cut: z.boolean(),
  /** Newest first. */
  events: z.array(HistoryEventInfo),
})
export type AddressHistoryInfo = z.infer<typeof AddressHistoryInfo>
