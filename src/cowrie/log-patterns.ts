import { basename } from 'node:path'
import { glob, globSync, isDynamicPattern } from 'tinyglobby'
import { parseRotation } from './rotation-name.ts'

const FORM = { absolute: true, dot: true, expandDirectories: false } as const
/** How logs are called; what rotation puts behind such a name makes no log of its own, wherever the log is. */
const LOG_NAME = /\.(?:json|log)$/

/** Whether a path stands for any number of files, such as `/srv/cowrie-*.json`. */
export function isLogPattern(path: string): boolean {
  return isDynamicPattern(path)
}

/**
 * Finds the logs that match patterns now; rotated files of a log are none.
 * @param patterns absolute
 * @param known logs besides those that match: of a log that is being rotated there is no file for a moment
 * @returns each once, in the order of the patterns, of one pattern by name
 */
export async function matchLogs(
  patterns: readonly string[],
  known: readonly string[] = [],
): Promise<string[]> {
  const found = await Promise.all(patterns.map((pattern) => glob(pattern, FORM)))
  return logsAmong(found, known)
}

/** As {@link matchLogs}, for a program that has nothing else to do. */
export function matchLogsNow(patterns: readonly string[]): string[] {
  return logsAmong(
    patterns.map((pattern) => globSync(pattern, FORM)),
    [],
  )
}

function logsAmong(found: readonly (readonly string[])[], known: readonly string[]): string[] {
  const paths = new Set(found.flatMap((matches) => matches.toSorted()))
  const logs = new Set([...known, ...paths])
  return [...paths].filter((path) => !isRotated(path, logs))
}

/** Whether a path is that of a log, of these or by its name, with what rotation puts behind it. */
function isRotated(path: string, logs: ReadonlySet<string>): boolean {
  const start = path.length - basename(path).length
  for (let end = start + 1; end < path.length; end += 1) {
    const log = path.slice(0, end)
    if (!LOG_NAME.test(log) && !logs.has(log)) continue
    if (parseRotation(path.slice(end)) !== undefined) return true
  }
  return false
}
