import type { Member } from './ports.ts'

/** An enforcer by its last report. Times are epoch milliseconds by its own clock unless said otherwise. */
export interface EnforcerRecord extends Member {
  /** Of its host. */
  readonly name: string
  readonly version: string
  /** Name of the firewall that it fills; `dry-run` fills none. */
  readonly firewall: string
  readonly startedAtMs: number
  /** Of the decisions it has brought about; `null`: it has none yet. */
  readonly revision: string | null
  readonly answeredAtMs: number | null
  /** Of the decisions that the checksum is of; `null`: nothing was compared yet. */
  readonly provedRevision: string | null
  /** To which instant, by the service's clock, the checksum is of what it held; `null`: nothing was compared yet. */
  readonly provedAtMs: number | null
  /** What it computed itself of the decisions that it held then. */
  readonly checksum: string | null
  /** How many these were. */
  readonly decisions: number | null
  /** When it last compared the firewall with what is intended; `null`: not yet. */
  readonly auditedAtMs: number | null
  /** Networks that the firewall should have held then. */
  readonly intended: number | null
  /** Networks that it held. */
  readonly held: number | null
  /** Networks that were missing, too many, or held until another time. */
  readonly differing: number | null
  /** Comparisons since its start that found what nobody had asked for, and put it right. */
  readonly repairs: number
  /** Since when the firewall did not take what is intended; `null`: it took all of it. */
  readonly behindSinceMs: number | null
  /** Foreign text. */
  readonly lastError: string | null
  readonly droppedPackets: number
  readonly droppedBytes: number
  /** Decisions that are not enforced there, since they touch what is protected on that host. */
  readonly spared: number
  /** The first of them, separated by spaces. */
  readonly sparedNetworks: string
}
