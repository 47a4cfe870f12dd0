import { type Stats, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { describeError } from '../../client/index.ts'
import { listLogFiles } from '../../cowrie/index.ts'
import { systemClock } from '../../runtime/index.ts'
import { formatCount } from '../format-count.ts'
import { formatSpan } from '../format-time.ts'
import { type Finding, failed, ok, warning } from './finding.ts'
import { type LogTail, readLogTail } from './log-tail.ts'

export interface CheckLogOptions {
  readonly path: string
  /** What named it. */
  readonly reason: string
  /** How long to wait for it to grow. */
  readonly watchMs: number
  readonly signal: AbortSignal
}

const LOOK_EVERY_MS = 250

/** Whether a log can be read and watched, holds Cowrie's events, and grows. */
export async function checkLog({ path, reason, watchMs, signal }: CheckLogOptions): Promise<Finding> {
  const named = `named by ${reason}`
  const log = await readable(path)
  if ('status' in log) return { ...log, details: [named] }
  const { stats, tail } = log
  const faults = [watchFault(path), tailFault(tail)].filter((fault) => fault !== undefined)
  const rotated = (await listLogFiles(path)).filter((file) => !file.isCurrent && file.rotation !== undefined)
  const grownBytes = await growth(path, stats.size, { watchMs, signal })
  const details = [
    named,
    `${formatCount(stats.size)} bytes, ${tail.events.length} of the last ${tail.lines} lines are Cowrie's events`,
    rotationText(rotated.map((file) => basename(file.path))),
    ...faults,
  ]
  const age = ageText(tail, stats.mtimeMs)
  if (tail.lines > 0 && tail.events.length === 0) {
    return failed(
      `${path} does not look like Cowrie's JSON log`,
      'Name the file that [output_jsonlog] writes, cowrie.json by default.',
      details,
    )
  }
  if (faults.length > 0)
    return warning(`${path}, ${age}`, 'See the lines above; the agent reads on all the same.', details)
  if (grownBytes > 0) return ok(`${path} grows, ${age}`, details)
  if (watchMs === 0) return ok(`${path}, ${age}`, details)
  return warning(
    `${path} did not grow within ${watchMs / 1000} s, ${age}`,
    'Normal when nobody attacks. Otherwise see that Cowrie runs and writes here: try to log in at it.',
    details,
  )
}

async function readable(path: string): Promise<{ readonly stats: Stats; readonly tail: LogTail } | Finding> {
  try {
    const stats = await stat(path)
    if (!stats.isFile()) return failed(`${path} is no file`, 'Name the log itself with --log or log_path.')
    return { stats, tail: await readLogTail(path) }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return failed(
        `${path} is not there`,
        'The agent waits for it. See that Cowrie runs and has [output_jsonlog] enabled, or name its log with --log.',
      )
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return failed(
        `this user may not read ${path}`,
        'Put the user of honeyjam into the group that owns the log and may enter the directories above it; then start it anew.',
      )
    }
    throw error
  }
}

/** The agent looks at the file every few seconds where watching fails, as on some network file systems. */
function watchFault(path: string): string | undefined {
  try {
    watch(dirname(path), { persistent: false })
      .on('error', () => undefined)
      .close()
    return undefined
  } catch (error) {
    return `the directory cannot be watched (${describeError(error)}): new lines are noticed some seconds later`
  }
}

function tailFault({ lines, events }: LogTail): string | undefined {
  if (lines === 0 || events.length === lines || events.length === 0) return undefined
  return `${lines - events.length} of the last ${lines} lines are no events; they are left out and counted`
}

async function growth(
  path: string,
  size: number,
  { watchMs, signal }: { watchMs: number; signal: AbortSignal },
): Promise<number> {
  const deadlineMs = performance.now() + watchMs
  let grown = 0
  while (grown <= 0 && performance.now() < deadlineMs && !signal.aborted) {
    await systemClock.sleep(LOOK_EVERY_MS, signal)
    const now = await stat(path)
    // a smaller file has been rotated or cut, which a Cowrie at work does too
    grown = now.size < size ? now.size : now.size - size
  }
  return grown
}

function ageText({ events }: LogTail, modifiedMs: number): string {
  const atMs = events.at(-1)?.timestampMs
  if (atMs !== undefined) return `last event ${formatSpan(Date.now() - atMs)} ago`
  return `no event in it, last written ${formatSpan(Date.now() - modifiedMs)} ago`
}

function rotationText(names: readonly string[]): string {
  if (names.length === 0) return 'no rotated files beside it'
  return `${names.length} rotated files beside it, such as ${names.at(-1)}`
}
