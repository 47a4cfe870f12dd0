import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'

/** A place Cowrie's JSON log may be in. */
export interface LogCandidate {
  readonly path: string
  /** Why it is thought of, for people. */
  readonly reason: string
  /**
   * `blocked`: it is there, or configured to be, but this user may not read it. `hidden`: a mere guess behind a directory this
   * user may not enter.
   */
  readonly state: 'present' | 'blocked' | 'hidden' | 'absent'
}

/** Guesses nobody can look at are no better than absent ones. */
const RANKS = { present: 0, blocked: 1, hidden: 2, absent: 2 } as const satisfies Record<
  LogCandidate['state'],
  number
>

/** Below a root: since Cowrie 1.5, and before (T-Pot still keeps it there). */
const LOG_NAMES = ['var/log/cowrie/cowrie.json', 'log/cowrie.json']
const SYSTEM_LOG = '/var/log/cowrie/cowrie.json'

/**
 * Puts the configured log and the usual places in order: those that can be read, those that cannot, the rest;
 * among equals the configured one first.
 */
export function rankLogs(
  configured: { readonly path: string; readonly reason: string },
  roots: readonly string[],
): LogCandidate[] {
  const usual = [...roots.flatMap((root) => LOG_NAMES.map((name) => join(root, name))), SYSTEM_LOG]
  const guesses = [...new Set(usual)].filter((path) => path !== configured.path)
  const candidates: LogCandidate[] = [
    { ...configured, state: stateOf(configured.path, 'blocked') },
    ...guesses.map((path) => ({
      path,
      reason: "a usual place of Cowrie's log",
      state: stateOf(path, 'hidden'),
    })),
  ]
  return candidates.toSorted((left, right) => RANKS[left.state] - RANKS[right.state])
}

/** @param unseen what it is when not even its presence can be seen */
function stateOf(path: string, unseen: 'blocked' | 'hidden'): LogCandidate['state'] {
  try {
    const status = statSync(path, { throwIfNoEntry: false })
    if (status === undefined || status.isDirectory()) return 'absent'
  } catch {
    // the reason does not matter here: whoever opens it will say
    return unseen
  }
  try {
    accessSync(path, constants.R_OK)
    return 'present'
  } catch {
    return 'blocked'
  }
}
