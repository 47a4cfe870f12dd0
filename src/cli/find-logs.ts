import { dirname, resolve } from 'node:path'
import { closedDirectoryAbove } from '../config/index.ts'
import { isLogPattern, matchLogsNow } from '../cowrie/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import type { AgentSetup } from './agent-setup.ts'

/** The logs to follow, and why these. */
export interface ChosenLogs {
  /** Absolute. A log that is not there yet is waited for. */
  readonly paths: readonly string[]
  /** Absolute. What matches is followed as well, from when it appears. */
  readonly patterns: readonly string[]
  /** For people: what named them. */
  readonly reason: string
}

/**
 * Chooses the logs to follow: the named ones, else `log_path`, else the log of the Cowrie that was found.
 * @returns `undefined` when there is no sign of a Cowrie
 * @throws HoneyjamError LOG_UNREADABLE there is one, but this user may not read its log
 */
export function chooseLogs(setup: AgentSetup, named: readonly string[] = []): ChosenLogs | undefined {
  if (named.length > 0) return namedLogs(named)
  const { cowrie, config } = setup
  if (config.logPaths.length > 0) {
    return {
      paths: config.logPaths.filter((path) => !isLogPattern(path)),
      patterns: config.logPaths.filter((path) => isLogPattern(path)),
      reason: 'log_path in [output_threatjammer]',
    }
  }
  const [first] = cowrie.findLog()
  if (first?.state === 'present') return oneLog(first.path, first.reason)
  if (first?.state === 'blocked') {
    const closed = closedDirectoryAbove(first.path)
    const why = closed === undefined ? first.reason : `${first.reason}; it may not enter ${closed}`
    throw new HoneyjamError('LOG_UNREADABLE', `this user may not read ${first.path} (${why})`)
  }
  const hasCowrie = cowrie.files.length > 0 || cowrie.root !== undefined
  return first !== undefined && hasCowrie ? oneLog(first.path, `${first.reason}; not there yet`) : undefined
}

/**
 * What else to say to somebody who is told that no Cowrie was found: where this user could not look. Debian, for one, closes
 * home directories, and many a Cowrie lives in one.
 * @returns one sentence, or nothing
 */
export function describeUnseen(blockedPaths: readonly string[]): string | undefined {
  const closed = new Set(blockedPaths.map((path) => closedDirectoryAbove(path) ?? dirname(path)))
  if (closed.size === 0) return undefined
  return `This user may not look into ${[...closed].join(', ')}: where a Cowrie is there, let its group in (chmod g+x) and be in that group.`
}

/** The logs that options name. */
export function namedLogs(paths: readonly string[]): ChosenLogs {
  return { paths: paths.map((path) => resolve(path)), patterns: [], reason: '--log' }
}

/** The logs as they are to be followed now, those that match a pattern included; each once. */
export function currentLogs({ paths, patterns }: ChosenLogs): string[] {
  return [...new Set([...paths, ...matchLogsNow(patterns)])]
}

/** What people are told to be watched. */
export function describeLogs(logs: ChosenLogs): string {
  const { patterns, reason } = logs
  const more = patterns.map((pattern) => `and what else will match ${pattern}`)
  return [...currentLogs(logs), ...more, `(${reason})`].join('\n')
}

function oneLog(path: string, reason: string): ChosenLogs {
  return { paths: [path], patterns: [], reason }
}
