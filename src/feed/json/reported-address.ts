import type { Entry } from '../../denylist/index.ts'
import { isIpv4 } from '../../ip/index.ts'

/** Path of the reported list in the User API. */
export const REPORTED_LIST_PATH = '/v1/denylist/reported/ip'

/** An entry as the User API shows it (`IPListOutput` in its OpenAPI). */
export interface ReportedAddressJson {
  readonly self: string
  /** Epoch milliseconds. */
  readonly last_report: number
  /** Epoch milliseconds. */
  readonly expiry: number
  readonly total_reports: number
  readonly protocol: 'IPV4' | 'IPV6'
  /** Path of the dataset. */
  readonly dataset: string
  readonly tags: string[]
}

/** Puts an entry into the words of the User API. */
export function reportedAddressOf(entry: Entry): ReportedAddressJson {
  return {
    self: `${REPORTED_LIST_PATH}/${entry.address}`,
    last_report: entry.lastReportMs,
    expiry: entry.expiresAtMs,
    total_reports: entry.totalReports,
    protocol: isIpv4(entry.address) ? 'IPV4' : 'IPV6',
    dataset: `/v1/dataset/ip/${entry.dataset}`,
    tags: [...entry.tags],
  }
}
