import { z } from 'zod'
import { DATASETS, type DatasetName } from './terms/index.ts'

/** What each dataset holds, for people. */
export const DATASET_DESCRIPTIONS: Readonly<Record<DatasetName, string>> = {
  ABUSE: 'Addresses that attacked or abused a service.',
  ANONYMOUS_PROXY: 'Addresses of anonymous proxies.',
  ANONYMOUS_VPN: 'Addresses of anonymous virtual private networks.',
  BOGONS: 'Addresses that nobody should send from.',
  FORUM_ACCOUNT_ABUSE: 'Addresses that made or misused accounts of forums.',
  REPUTATION: 'Addresses of bad reputation.',
  TOR: 'Addresses of the Tor network.',
}

/** A dataset (`DatasetTypeOutput` in the OpenAPI). */
export const DatasetInfo = z.object({
  /** `/v1/dataset/ip/NAME` */
  self: z.string(),
  type: z.literal('ip'),
  name: z.enum(DATASETS),
  description: z.string(),
  status: z.enum(['ENABLED', 'DISABLED']),
  /** Entries of the account at the time of the request. */
  items: z.int(),
})
export type DatasetInfo = z.infer<typeof DatasetInfo>

/** Time ranges of a source. */
export const TIME_RANGES = ['1H', '6H', '12H', '1D', '7D', '30D', '90D', '180D', '365D'] as const
