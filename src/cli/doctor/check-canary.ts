import {
  ApiClient,
  type DeliveryOutcome,
  describeError,
  ReportClient,
  serviceUrlOf,
} from '../../client/index.ts'
import { REPORT_PATHS, ReceiptInfo } from '../../contract/index.ts'
import { HoneyjamError } from '../../runtime/index.ts'
import { formatSpan } from '../format-time.ts'
import { CANARY_ADDRESS, canaryKey, canaryReport } from './canary.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

export interface CheckCanaryOptions {
  readonly apiUrl: string
  readonly bearerToken: string
  /** The dataset that the agent reports under. */
  readonly category: string
  readonly userAgent: string
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string
  readonly signal: AbortSignal
}

const STEP_MS = 10_000
const TIMEOUTS = { connectMs: STEP_MS, headersMs: STEP_MS, bodyMs: STEP_MS, totalMs: 2 * STEP_MS }

/**
 * Sends one report the whole way, reads its receipt and takes the address off again. Its two requests count against the limit of
 * the key at the service only: a running agent that meets a 429 for it waits as it is told and loses nothing.
 */
export async function checkCanary(options: CheckCanaryOptions): Promise<Finding> {
  const startedAtMs = performance.now()
  const outcome = await sendCanary(options)
  if (outcome.kind !== 'accepted') return findingOfRefusal(outcome)
  const api = new ApiClient({ ...options, baseUrl: serviceUrlOf(options.apiUrl), timeouts: TIMEOUTS })
  try {
    const receipt = await fetchReceipt(api, outcome.receiptPath, options)
    const tookMs = Math.round(performance.now() - startedAtMs)
    const removal = await removeCanary(api, options.signal)
    return findingOfCanary({ receipt, tookMs, removal })
  } finally {
    await api.close()
  }
}

async function sendCanary(options: CheckCanaryOptions): Promise<DeliveryOutcome> {
  const client = new ReportClient({ ...options, timeouts: TIMEOUTS })
  try {
    const outcome = await client.report(canaryReport(options.category, Date.now()), {
      idempotencyKey: canaryKey(),
      signal: options.signal,
    })
    options.signal.throwIfAborted()
    return outcome
  } finally {
    await client.close()
  }
}

/** Taken, but with no receipt to show: why. */
type Receipt =
  | { readonly kind: 'receipt'; readonly info: ReceiptInfo }
  | { readonly kind: 'none' | 'fault'; readonly reason: string }

async function fetchReceipt(
  api: ApiClient,
  location: string | undefined,
  { apiUrl, signal }: CheckCanaryOptions,
): Promise<Receipt> {
  if (location === undefined) return { kind: 'none', reason: 'the service gives no receipts' }
  const path = ownPath(location, apiUrl)
  if (path === undefined)
    return { kind: 'fault', reason: `the receipt lies elsewhere, not followed: ${location}` }
  try {
    const { body } = await api.request({ method: 'GET', path, signal })
    const parsed = ReceiptInfo.safeParse(body)
    if (parsed.success) return { kind: 'receipt', info: parsed.data }
    return { kind: 'fault', reason: 'the receipt is not understood' }
  } catch (error) {
    signal.throwIfAborted()
    return { kind: 'fault', reason: `no receipt: ${messageOf(error)}` }
  }
}

/** The key goes to no other host. */
function ownPath(location: string, apiUrl: string): string | undefined {
  const url = URL.parse(location, apiUrl)
  return url?.origin === new URL(apiUrl).origin ? url.pathname + url.search : undefined
}

/** @returns why the address is still there; `undefined` when it is not */
async function removeCanary(api: ApiClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    await api.request({
      method: 'POST',
      path: REPORT_PATHS.unban,
      body: { addresses: [CANARY_ADDRESS] },
      signal,
    })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    return messageOf(error)
  }
}

interface CanaryResult {
  readonly receipt: Receipt
  readonly tookMs: number
  readonly removal: string | undefined
}

function findingOfCanary({ receipt, tookMs, removal }: CanaryResult): Finding {
  const details = [
    receipt.kind === 'receipt' ? countsOf(receipt.info) : receipt.reason,
    removal === undefined
      ? `${CANARY_ADDRESS} was taken off again`
      : `${CANARY_ADDRESS} was not taken off again: ${removal}`,
  ]
  const found = `a report went the whole way and ${receipt.kind === 'receipt' ? 'came back as a receipt' : 'was taken'} (${tookMs} ms)`
  if (receipt.kind === 'receipt' && receipt.info.taken === 0) {
    return warning(
      'the report arrived, but its address was left out',
      'Look at the allowlist of the service: it should not cover everything.',
      details,
    )
  }
  if (receipt.kind === 'fault')
    return warning(found, 'Reports arrive all the same; see what stands before the service.', details)
  if (removal !== undefined)
    return warning(found, 'It blocks nobody: it was expired when it arrived.', details)
  return ok(found, details)
}

function countsOf({ receipt_id, taken, folded, skipped }: ReceiptInfo): string {
  const left = Object.entries(skipped).map(([reason, count]) => `${count} left out (${reason})`)
  return [`receipt ${receipt_id}: ${taken} taken`, `${folded} folded`, ...left].join(', ')
}

function findingOfRefusal(outcome: Exclude<DeliveryOutcome, { kind: 'accepted' }>): Finding {
  const said = outcome.reason === '' ? [] : [`it says: ${outcome.reason}`]
  if (outcome.kind === 'limited') {
    const { retryAfterMs } = outcome
    const when = retryAfterMs === undefined ? 'in a minute' : `in ${formatSpan(retryAfterMs)}`
    return warning(
      'the limit of the key is reached (429)',
      `Try again ${when}. An agent with the same key waits as well and loses nothing.`,
      said,
    )
  }
  const status = outcome.status === undefined ? 'no answer' : `answer ${outcome.status}`
  if (outcome.kind === 'failed')
    return failed(
      `the report was not taken: ${status}`,
      'The agent keeps what it has and tries again; see the service.',
      said,
    )
  if (outcome.status === 401 || outcome.status === 403) {
    return failed(
      `the key may not report: ${status}`,
      'Name a key with the scope report; `honeyjam key create` makes one.',
      said,
    )
  }
  return failed(
    `the service refuses the report: ${status}`,
    'See the reason; category must be a dataset that the service knows, and api_url its report operation.',
    said,
  )
}

function messageOf(error: unknown): string {
  return error instanceof HoneyjamError ? error.message : describeError(error)
}
