import { z } from 'zod'
import { parseRange } from '../ip/index.ts'
import { MAX_SENSOR_NAME_LENGTH, MAX_SPARED_NETWORKS, MAX_VERSION_LENGTH } from './terms/index.ts'
import { Count, InstantMs, LastError, OwnId, printable } from './told-values.ts'

const MAX_FIREWALL_LENGTH = 32

const RevisionWord = z.string('str type expected').regex(/^[0-9a-f-]{1,64}$/, 'value is not a revision')

/** Body of `POST /honeyjam/v1/enforcers`: an enforcer says what it holds. Times are its own unless said otherwise. */
export const EnforcerReport = z.strictObject({
  /** Always the same for one firewall of one host. */
  enforcer_id: OwnId,
  /** Of its host. */
  name: printable(MAX_SENSOR_NAME_LENGTH),
  /** Of its honeyjam. */
  version: printable(MAX_VERSION_LENGTH),
  /** `nftables`, `ipset`, or what else it fills; `dry-run` fills none. */
  firewall: printable(MAX_FIREWALL_LENGTH),
  started_at: InstantMs,
  /** Of the decisions it has brought about; `null`: it has none yet. */
  revision: RevisionWord.nullable(),
  /** When the service answered last. */
  answered_at: InstantMs.nullable(),
  /** The revision, and the instant by the clock of the service, of which `checksum` and `decisions` tell what it held. */
  proved_revision: RevisionWord.nullable(),
  proved_at: InstantMs.nullable(),
  checksum: z
    .string('str type expected')
    .regex(/^[0-9a-f]{32}$/, 'value is not a checksum')
    .nullable(),
  decisions: Count.nullable(),
  /** When it last compared the firewall with what is intended; `null`: not yet. */
  audited_at: InstantMs.nullable(),
  /** Networks that the firewall should have held then. */
  intended: Count.nullable(),
  /** Networks that it held. */
  held: Count.nullable(),
  /** Networks that were missing, too many, or held until another time. */
  differing: Count.nullable(),
  /** Comparisons since the start that found what nobody had asked for, and put it right. */
  repairs: Count,
  /** Since when the firewall did not take what is intended; `null`: it took all of it. */
  behind_since: InstantMs.nullable(),
  last_error: LastError,
  dropped_packets: Count,
  dropped_bytes: Count,
  /** Decisions not enforced there, since they touch what is protected on that host. */
  spared: Count,
  /** The first of them. */
  spared_networks: z
    .array(
      z
        .string('str type expected')
        .max(64, 'ensure this value has at most 64 characters')
        .refine((text) => parseRange(text) !== undefined, 'value is not an address or a network'),
      'value is not a valid list',
    )
    .max(MAX_SPARED_NETWORKS, `ensure this list has at most ${MAX_SPARED_NETWORKS} items`),
})
export type EnforcerReport = z.infer<typeof EnforcerReport>

/**
 * `current`: it holds what was decided up to a few seconds ago. `behind`: it does not yet, or its firewall takes nothing.
 * `drifted`: it holds something else. `silent`: nothing was heard of it for 90 s.
 */
export const ENFORCER_STATES = ['current', 'behind', 'drifted', 'silent'] as const
export type EnforcerState = (typeof ENFORCER_STATES)[number]

/** An enforcer as the service knows it: its last report, and what the service makes of it. */
export const EnforcerInfo = EnforcerReport.extend({
  state: z.enum(ENFORCER_STATES),
  /** By the service's clock. */
  last_seen_at: z.int(),
  /** How long ago that was. */
  age_seconds: z.int(),
  key_id: z.int(),
  /** `null` when the account has no such key. */
  key_name: z.string().nullable(),
})
export type EnforcerInfo = z.infer<typeof EnforcerInfo>

/** Answer of `GET /honeyjam/v1/enforcers`: the enforcers of the account, the one seen last first. */
export const EnforcerList = z.object({
  enforcers: z.array(EnforcerInfo),
  /** Enforcers that had to make room for others since the service started. */
  displaced: z.int(),
})
export type EnforcerList = z.infer<typeof EnforcerList>

/** An enforcer that is known to hold something, and since when at the latest. */
export const EnforcedBy = z.object({
  enforcer_id: z.string(),
  name: z.string(),
  firewall: z.string(),
  /** By the service's clock. */
  since: z.int(),
})
export type EnforcedBy = z.infer<typeof EnforcedBy>
