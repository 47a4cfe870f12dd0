export type FindingStatus = 'ok' | 'warning' | 'failed' | 'skipped'

/** What one check came to. Texts may hold anything that was found; the renderer escapes them. */
export interface Finding {
  readonly status: FindingStatus
  /** One line. */
  readonly found: string
  /** Further lines. */
  readonly details?: readonly string[] | undefined
  /** What a person can do about it. */
  readonly help?: string | undefined
}

/** One thing to look at. */
export interface Check {
  /** One word or two, the same in every version: scripts look for it. */
  readonly name: string
  /** The service it is about, where there are several. */
  readonly target?: string
  /** May throw: that is a finding too. */
  readonly run: (signal: AbortSignal) => Finding | Promise<Finding>
}

/** A check that is done. */
export interface CheckedFinding extends Finding {
  readonly check: string
  readonly target?: string
}

export function ok(found: string, details?: readonly string[]): Finding {
  return { status: 'ok', found, details }
}

export function warning(found: string, help: string, details?: readonly string[]): Finding {
  return { status: 'warning', found, help, details }
}

export function failed(found: string, help: string, details?: readonly string[]): Finding {
  return { status: 'failed', found, help, details }
}

export function skipped(found: string): Finding {
  return { status: 'skipped', found }
}
