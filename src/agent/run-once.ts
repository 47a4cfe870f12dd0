import { readLog } from '../cowrie/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type AgentOptions, type AgentTarget, formOf, rulesOf } from './agent-options.ts'
import { deliverRest } from './delivery.ts'
import { adviceFor } from './delivery-log.ts'
import type { ReadLog } from './log-source.ts'
import { type OnceFile, OnceReader, type ReadingProgress } from './once-reader.ts'
import { type OnceState, openOnceState } from './once-state.ts'
import { type OnceTally, sumOf, tallyOf } from './once-tally.ts'
import { openSender } from './open-sender.ts'
import type { SendStep, WaitReason } from './sender.ts'

export interface RunOnceOptions extends AgentOptions, AgentTarget {
  /** Whole files, also gzipped ones; `-` is standard input. Each is read once, however often it is named. */
  readonly files: readonly string[]
  /** Called often: at most once a mebibyte read, and once a step of the delivery. */
  readonly onProgress?: (progress: OnceProgress) => void
  /** Default `readLog` of `cowrie`. */
  readonly read?: ReadLog
}

export type OnceProgress =
  | ({ readonly phase: 'reading'; readonly distinctAddresses: number } & ReadingProgress)
  | {
      readonly phase: 'delivering'
      readonly waitingAddresses: number
      readonly deliveredAddresses: number
      readonly requests: number
      /** Set while nothing may be sent; `untilMs` is epoch milliseconds. */
      readonly waiting: { readonly untilMs: number; readonly reason: WaitReason } | undefined
    }

/** What a run did, an earlier one that was cut short included. */
export interface OnceSummary {
  readonly files: readonly ({ readonly path: string; readonly isDone: boolean } & OnceTally)[]
  /** Distinct addresses are distinct over all files. */
  readonly total: OnceTally
  /** Distinct addresses that the service has taken. */
  readonly reportedAddresses: number
  /** Distinct addresses that are still to go out; 0 when finished. */
  readonly waitingAddresses: number
  readonly requests: number
  /** Of this process. */
  readonly seconds: number
  /** Whether everything was read and delivered. If not, the same command goes on. */
  readonly isFinished: boolean
}

/**
 * Reads whole files, then reports what they hold, each address once with its newest time, and waits until all is delivered.
 * Sending begins when all is read: so the requests are the fewest possible and the newest addresses go first.
 * A run that is killed or stopped by `signal` goes on with the same command and counts nothing twice; a finished run
 * leaves nothing behind, so the same command reports anew.
 * @throws HoneyjamError API_REFUSED (fields `status`, `reason`) when the service refuses the very first report, as waiting for a
 *   person would be for ever; LOG_UNREADABLE; DIRECTORY_LOCKED; STORE_*. What was done so far is kept, and the same command goes on
 */
export async function runOnce(options: RunOnceOptions): Promise<OnceSummary> {
  const startedAtMs = options.clock.nowMs()
  const files = [...new Set(options.files)]
  const once = openOnceState(options, files)
  let isFinished = false
  try {
    const read = await readFiles(options, once, files)
    if (!options.signal.aborted) await deliver(options, once)
    isFinished = !options.signal.aborted && !once.state.hasWork
    const seconds = (options.clock.nowMs() - startedAtMs) / 1000
    return summaryOf(once, read, { isFinished, seconds })
  } finally {
    once.close({ isFinished })
  }
}

async function readFiles(
  options: RunOnceOptions,
  { state, ledger }: OnceState,
  files: readonly string[],
): Promise<OnceFile[]> {
  const { config, read = readLog, clock, signal, onProgress } = options
  const reader = new OnceReader({
    state,
    ledger,
    rules: rulesOf(config),
    files,
    read,
    clock,
    signal,
    batches: { limit: config.flushAddresses, form: formOf(options) },
    onProgress: (progress) =>
      onProgress?.({ phase: 'reading', distinctAddresses: ledger.census.size, ...progress }),
  })
  return await reader.readAll()
}

async function deliver(options: RunOnceOptions, { state }: OnceState): Promise<void> {
  const { clock, signal, onProgress } = options
  const { sender, close } = openSender(options, state)
  const refused = new AbortController()
  const atStart = { waiting: state.waitingAddresses, delivered: state.totals.addresses }
  const onStep = (step: SendStep) => {
    const { addresses, requests } = state.totals
    const refusal = addresses === atStart.delivered ? refusalOf(step) : undefined
    if (refusal !== undefined) refused.abort(refusal)
    onProgress?.({
      phase: 'delivering',
      // counting the rows at each step would take longer than the steps
      waitingAddresses: atStart.waiting + atStart.delivered - addresses,
      deliveredAddresses: addresses,
      requests,
      waiting: step.kind === 'waiting' ? { untilMs: step.untilMs, reason: step.reason } : undefined,
    })
  }
  try {
    await deliverRest({ sender, clock, abandon: AbortSignal.any([signal, refused.signal]), onStep })
    refused.signal.throwIfAborted()
  } finally {
    await close()
  }
}

/** A refusal before anything was delivered is a matter of the settings: going on would wait for ever. */
function refusalOf(step: SendStep): HoneyjamError | undefined {
  if (step.kind !== 'undelivered' || step.outcome.kind !== 'refused') return undefined
  const { status, reason } = step.outcome
  const message = `the service refused the report with status ${status}: ${reason} ${adviceFor(status)}`
  return new HoneyjamError('API_REFUSED', `${message} What was read is kept: the same command goes on.`, {
    fields: { status, reason },
  })
}

function summaryOf(
  { state, ledger }: OnceState,
  files: readonly OnceFile[],
  rest: Pick<OnceSummary, 'isFinished' | 'seconds'>,
): OnceSummary {
  const { addresses, requests } = state.totals
  return {
    files: files.map(({ path, isDone, tally }) => ({ path, isDone, ...tally })),
    total: tallyOf(sumOf(files.map(({ counts }) => counts)), ledger.census),
    reportedAddresses: addresses,
    waitingAddresses: state.waitingAddresses,
    requests,
    ...rest,
  }
}
