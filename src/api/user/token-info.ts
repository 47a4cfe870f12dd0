import type { QuotaState } from '../../accounts/index.ts'
import { type TokenInfo, USER_PATHS } from '../../contract/index.ts'
import type { Admission } from '../authenticate.ts'

/** What `GET /v1/token` says: all integers, counting up, in the words of the schema. */
export function tokenInfoOf(
  { grant, keyText }: Admission,
  [minute, month]: readonly [minute: QuotaState, month: QuotaState],
  { regionId, nowMs }: { readonly regionId: string; readonly nowMs: number },
): TokenInfo {
  return {
    self: `${USER_PATHS.token}/${keyText}`,
    region_id: regionId,
    last_month_bucket_init_value: month.window.limit,
    last_month_bucket_value: month.used,
    last_month_bucket_refresh: month.freesAtMs,
    last_minute_bucket_init_value: minute.window.limit,
    last_minute_bucket_refill_ratio: Math.floor(minute.window.limit / 60),
    last_minute_bucket_value: minute.used,
    // the window slides: by then all that is counted now has left it
    last_minute_bucket_refresh: nowMs + minute.window.lengthMs,
    status: 'ENABLED',
    created_at: grant.keyCreatedAtMs,
    updated_at: grant.keyCreatedAtMs,
  }
}
