import { type TokenInfo, USER_PATHS } from '../../contract/index.ts'
import type { Admission } from '../authenticate.ts'
import type { RequestCount } from './request-counts.ts'

/** The plan of a self-hosted account: the largest integer every client can hold, since the schema has no word for it. */
const UNLIMITED = 2_147_483_647
const MINUTE_MS = 60_000

/** What `GET /v1/token` says: all integers, counting up, in the words of the schema. */
export function tokenInfoOf(
  { grant, keyText }: Admission,
  count: RequestCount,
  { regionId, nowMs }: { readonly regionId: string; readonly nowMs: number },
): TokenInfo {
  return {
    self: `${USER_PATHS.token}/${keyText}`,
    region_id: regionId,
    last_month_bucket_init_value: UNLIMITED,
    last_month_bucket_value: count.inMonth,
    last_month_bucket_refresh: count.monthEndsMs,
    last_minute_bucket_init_value: UNLIMITED,
    last_minute_bucket_refill_ratio: Math.floor(UNLIMITED / 60),
    last_minute_bucket_value: count.inMinute,
    // the window slides: by then all that is counted now has left it
    last_minute_bucket_refresh: nowMs + MINUTE_MS,
    status: 'ENABLED',
    created_at: grant.keyCreatedAtMs,
    updated_at: grant.keyCreatedAtMs,
  }
}
