import { basename } from 'node:path'
import type { OnceProgress } from '../agent/index.ts'
import { STANDARD_INPUT } from '../cowrie/index.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'

/** Where progress is shown: redrawn in place on a terminal, a line now and then elsewhere. */
export interface ProgressOptions {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number }
  readonly isTerminal: boolean
}

/** Shows how far a run is. */
export interface ProgressDisplay {
  show(progress: OnceProgress): void
  /** Clears what is in place, so that the summary stands alone. */
  close(): void
}

const REDRAW_MS = 100
const LINE_MS = 5000
const DEFAULT_COLUMNS = 80
const BAR_WIDTH = 16
const NAME_WIDTH = 24
const FILLED = '█'
const EMPTY = '░'
const CLEAR_LINE = '\r\u001b[2K'

/** Creates the display; it redraws by itself, so that waiting times count down. */
export function createProgressDisplay({ stream, isTerminal }: ProgressOptions): ProgressDisplay {
  let latest: OnceProgress | undefined
  const draw = () => {
    if (latest === undefined) return
    const text = renderProgress(latest, Date.now())
    const columns = stream.columns ?? DEFAULT_COLUMNS
    stream.write(isTerminal ? `${CLEAR_LINE}${text.slice(0, columns - 1)}` : `${text}\n`)
  }
  const timer = setInterval(draw, isTerminal ? REDRAW_MS : LINE_MS)
  return {
    show(progress) {
      latest = progress
    },
    close() {
      clearInterval(timer)
      if (isTerminal) stream.write(CLEAR_LINE)
    },
  }
}

/** One line that says how far a run is. */
export function renderProgress(progress: OnceProgress, nowMs: number): string {
  if (progress.phase === 'reading') {
    const { file, bytesRead, bytesTotal, distinctAddresses } = progress
    const name = file === STANDARD_INPUT ? 'standard input' : escapeText(basename(file), NAME_WIDTH)
    const share = bytesTotal === undefined ? '' : `${renderBar(bytesRead, bytesTotal)}  `
    return `reading    ${share}${name}  ${formatCount(distinctAddresses)} addresses`
  }
  const { waitingAddresses, deliveredAddresses, waiting } = progress
  const total = waitingAddresses + deliveredAddresses
  const sent = `${formatCount(deliveredAddresses)} of ${formatCount(total)} addresses`
  return `reporting  ${renderBar(deliveredAddresses, total)}  ${sent}${renderWaiting(waiting, nowMs)}`
}

type Waiting = Extract<OnceProgress, { phase: 'delivering' }>['waiting']

const WAIT_REASONS: Readonly<Record<NonNullable<Waiting>['reason'], string>> = {
  limit: 'limit of requests a minute',
  asked: 'the service asked to wait',
  failed: 'the last report failed',
  refused: 'the last report was refused',
}

function renderWaiting(waiting: Waiting, nowMs: number): string {
  if (waiting === undefined) return ''
  const seconds = Math.max(0, Math.ceil((waiting.untilMs - nowMs) / 1000))
  return `, next in ${seconds} s (${WAIT_REASONS[waiting.reason]})`
}

function renderBar(part: number, whole: number): string {
  const share = whole <= 0 ? 1 : Math.min(1, part / whole)
  const filled = Math.round(share * BAR_WIDTH)
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `${FILLED.repeat(filled)}${EMPTY.repeat(BAR_WIDTH - filled)} ${percent} %`
}
