import type { CommonOptions } from './options.ts'

/** The options of `honeyjam report`; what is left out comes from Cowrie's configuration. */
export interface ReportOptions extends CommonOptions {
  readonly cowrieConfig?: readonly string[]
  readonly log?: readonly string[]
  readonly listenSocketlog?: { readonly host: string; readonly port: number }
  readonly once?: readonly string[]
  readonly data?: string
  readonly state?: string
  readonly apiUrl?: string
  readonly keyFile?: string
  readonly caFile?: string
  readonly privateAddresses?: 'skip' | 'accept'
  readonly trackSession?: true
  readonly ttl?: number
  readonly ttlFrom: 'event' | 'arrival'
  readonly requestsPerMinute?: number
  readonly metricsListen?: string
}
