import { describeError } from '../../client/index.ts'
import { ERROR_CODES, HoneyjamError } from '../../runtime/index.ts'
import { type Check, type CheckedFinding, type Finding, failed } from './finding.ts'

export interface RunChecksOptions {
  /** Ends the run: the check under way is given up and no other begins. */
  readonly signal: AbortSignal
  /** Longest time of one check, whatever it waits for. */
  readonly limitMs: number
  readonly onFinding: (finding: CheckedFinding) => void
}

/** Runs one check after the other, also when one fails. @returns what was found until the end, or until `signal` */
export async function runChecks(
  checks: Iterable<Check>,
  { signal, limitMs, onFinding }: RunChecksOptions,
): Promise<CheckedFinding[]> {
  const findings: CheckedFinding[] = []
  for (const check of checks) {
    if (signal.aborted) break
    const finding = await runCheck(check, signal, limitMs)
    if (signal.aborted) break
    const { name, target } = check
    const checked = { check: name, ...(target === undefined ? {} : { target }), ...finding }
    findings.push(checked)
    onFinding(checked)
  }
  return findings
}

async function runCheck({ run }: Check, stop: AbortSignal, limitMs: number): Promise<Finding> {
  const limit = AbortSignal.timeout(limitMs)
  const signal = AbortSignal.any([stop, limit])
  try {
    return await raced(Promise.resolve(run(signal)), signal)
  } catch (error) {
    if (limit.aborted)
      return failed(
        `no result within ${limitMs / 1000} s`,
        'Look at what it waits for: disk, network or service.',
      )
    return findingOfError(error)
  }
}

/** A file system that hangs hears no signal. */
async function raced<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted()
  const ended = Promise.withResolvers<never>()
  const end = () => ended.reject(signal.reason as Error)
  signal.addEventListener('abort', end, { once: true })
  try {
    return await Promise.race([work, ended.promise])
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** What a check that broke off has found. */
export function findingOfError(error: unknown): Finding {
  if (error instanceof HoneyjamError) {
    const [first = '', ...rest] = error.message.split('\n')
    return failed(first, `${ERROR_CODES[error.code]} [${error.code}]`, rest)
  }
  return failed(describeError(error), 'Look at what the message names.')
}
