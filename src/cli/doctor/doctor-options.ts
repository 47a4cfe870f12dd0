import type { CommonOptions } from '../options.ts'

/** The options of `honeyjam doctor`; those that choose what to look at are `honeyjam report`'s. */
export interface DoctorOptions extends CommonOptions {
  readonly cowrieConfig?: readonly string[]
  readonly log?: readonly string[]
  readonly data?: string
  readonly state?: string
  readonly apiUrl?: string
  readonly keyFile?: string
  readonly caFile?: string
  /** How long to wait for a log to grow; 0 does not wait. */
  readonly watchSeconds: number
  /** Whether to send the canary. */
  readonly canary: boolean
}
