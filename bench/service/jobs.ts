/** What the load process is asked for, and what it answers. */

/** Reports, each sender waiting for its answer before it sends the next. Half of the addresses are new, unless there is a pool. */
export interface ReportJob {
  readonly kind: 'reports'
  /** Of one report. */
  readonly addresses: number
  readonly senders: number
  readonly seconds: number
  /** Number of the first new address; those before it count as known. */
  readonly firstNew: number
  readonly ttlSeconds: number
  /** All addresses are of so many, at random. */
  readonly pool?: number
  /** Reports a second of all senders together; as many as can be without it. */
  readonly perSecond?: number
}

/** Requests of one kind for random addresses; half of them are known. */
export interface LookUpJob {
  readonly kind: 'look-ups'
  /** The address comes behind it. */
  readonly path: string
  readonly senders: number
  readonly seconds: number
  readonly known: number
  /** Requests a second of all senders together; as many as can be without it. */
  readonly perSecond?: number
}

export type Job = ReportJob | LookUpJob

/** Where a job's requests go. */
export interface Target {
  readonly url: string
  readonly key: string
}

export interface JobFigures {
  readonly requests: number
  /** Requests that were answered with anything but 200 and 202, or not at all, by status or message. */
  readonly errors: Readonly<Record<string, number>>
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
  /** Number of the first address that was not sent. */
  readonly nextNew: number
}
