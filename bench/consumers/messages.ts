interface Target {
  readonly url: string
  readonly keyFile: string
}

/** What the processes beside the service are asked for. */
export type Ask =
  | ({ readonly kind: 'open'; readonly count: number } & Target)
  | { readonly kind: 'close' }
  | ({ readonly kind: 'pull'; readonly perMinute: number; readonly seconds: number } & Target)

export interface StreamFigures {
  readonly open: number
  /** That came on all streams together. */
  readonly answers: number
}

export interface PullFigures {
  readonly requests: number
  readonly notModified: number
  readonly errors: Readonly<Record<string, number>>
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}
