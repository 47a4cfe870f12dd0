import { resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { HoneyjamError } from '../runtime/index.ts'
import type { AgentSetup } from './agent-setup.ts'

/** The logs to follow, and why these. */
export interface ChosenLogs {
  /** Absolute. A log that is not there yet is waited for. */
  readonly paths: readonly string[]
  /** For people: what named them. */
  readonly reason: string
}

/**
 * Chooses the logs to follow: the named ones, else `log_path`, else the log of the Cowrie that was found.
 * @returns `undefined` when there is no sign of a Cowrie
 * @throws HoneyjamError LOG_UNREADABLE there is one, but this user may not read its log
 */
export function chooseLogs(setup: AgentSetup, named: readonly string[] = []): ChosenLogs | undefined {
  if (named.length > 0) return { paths: named.map((path) => resolve(path)), reason: '--log' }
  const { cowrie, config } = setup
  if (config.logPaths.length > 0) {
    return { paths: expandGlobs(config.logPaths), reason: 'log_path in [output_threatjammer]' }
  }
  const [first] = cowrie.findLog()
  if (first?.state === 'present') return { paths: [first.path], reason: first.reason }
  if (first?.state === 'blocked') {
    throw new HoneyjamError('LOG_UNREADABLE', `this user may not read ${first.path} (${first.reason})`)
  }
  const hasCowrie = cowrie.files.length > 0 || cowrie.root !== undefined
  return first !== undefined && hasCowrie
    ? { paths: [first.path], reason: `${first.reason}; not there yet` }
    : undefined
}

/** A pattern stands for the files that are there now; the others are waited for. */
function expandGlobs(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!isDynamicPattern(path)) return [path]
    const files = globSync(path, { absolute: true, dot: true, expandDirectories: false }).toSorted()
    if (files.length > 0) return files
    throw new HoneyjamError('CONFIG_INVALID', `log_path in [output_threatjammer]: no file is called ${path}`)
  })
}
