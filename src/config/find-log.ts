import { accessSync, constants, statSync } from 'node:fs'
import { join } from 'node:path'

/** A place Cowrie's JSON log may be in. */
export interface LogCandidate {
  readonly path: string
  /** Why it is thought of, for people. */
  readonly reason: string
  /** `blocked`: something is or may be there, but this user may not look at it or read it. */
  readonly state: 'present' | 'blocked' | 'absent'
}

const ORDER = ['present', 'blocked', 'absent'] as const

/** Below a root: since Cowrie 1.5, and before (T-Pot still keeps it there). */
const LOG_NAMES = ['var/log/cowrie/cowrie.json', 'log/cowrie.json']
const SYSTEM_LOG = '/var/log/cowrie/cowrie.json'

/**
 * Puts the configured log and the usual places in order: what is there first, then what may be, then the rest;
 * among equals the configured one first.
 */
export function rankLogs(
  configured: { readonly path: string; readonly reason: string },
  roots: readonly string[],
): LogCandidate[] {
  const usual = [...roots.flatMap((root) => LOG_NAMES.map((name) => join(root, name))), SYSTEM_LOG]
  const reasonByPath = new Map(usual.map((path) => [path, "a usual place of Cowrie's log"]))
  reasonByPath.delete(configured.path)
  const paths = [configured, ...[...reasonByPath].map(([path, reason]) => ({ path, reason }))]
  const candidates = paths.map(({ path, reason }) => ({ path, reason, state: stateOf(path) }))
  return candidates.toSorted((left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state))
}

function stateOf(path: string): LogCandidate['state'] {
  try {
    const status = statSync(path, { throwIfNoEntry: false })
    if (status === undefined || status.isDirectory()) return 'absent'
    accessSync(path, constants.R_OK)
    return 'present'
  } catch {
    // the reason does not matter here: whoever opens it will say
    return 'blocked'
  }
}
