import type { Heartbeat } from '../contract/index.ts'
import { isHeartbeatTaker, MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { ApiClient, type ApiClientOptions, type ApiResponse } from './api-client.ts'
import { describeError } from './delivery-outcome.ts'
import { serviceUrlOf } from './service-url.ts'

export type { Heartbeat } from '../contract/index.ts'

/** What became of a heartbeat. */
export type HeartbeatOutcome =
  | { readonly kind: 'taken' }
  /** The server is not honeyjam, or knows no heartbeats: it speaks Threat Jammer's API and nothing else. */
  | { readonly kind: 'unknown' }
  /** No answer, or one that says no; `retryAfterMs` when the server named a time. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs: number | undefined }

export interface HeartbeatClientOptions extends Pick<ApiClientOptions, 'bearerToken' | 'userAgent' | 'ca'> {
  /** Where reports are posted, path included. */
  readonly apiUrl: string
  /** Whether any server is told; else only one that says it is honeyjam, as a heartbeat holds the name of this host. */
  readonly tellsAnybody: boolean
  /** For each exchange; default 15,000. */
  readonly totalMs?: number
}

/** A heartbeat is worth little: what takes long is given up, and the next one tells the same. */
const DEFAULT_TOTAL_MS = 15_000
const TIMEOUTS = { connectMs: 5000, headersMs: 10_000, bodyMs: 5000 }
const NO_SUCH_OPERATION = new Set([404, 405, 501])

/** Sends heartbeats to the service whose Report API is at a URL. */
export class HeartbeatClient {
  readonly #api: ApiClient
  readonly #totalMs: number
  readonly #tellsAnybody: boolean
  #isHoneyjam = false

  /** @throws HoneyjamError CONFIG_INVALID when the URL or the key cannot be used */
  constructor({ apiUrl, tellsAnybody, totalMs = DEFAULT_TOTAL_MS, ...options }: HeartbeatClientOptions) {
    this.#api = new ApiClient({ ...options, baseUrl: serviceUrlOf(apiUrl), timeouts: TIMEOUTS })
    this.#totalMs = totalMs
    this.#tellsAnybody = tellsAnybody
  }

  /** Sends one, unless the server turns out to be another one than honeyjam and may not be told; never rejects. */
  async send(heartbeat: Heartbeat, signal: AbortSignal): Promise<HeartbeatOutcome> {
    try {
      if (!this.#tellsAnybody && !this.#isHoneyjam) {
        const { body } = await this.#request('GET', signal)
        if (!isHeartbeatTaker(body)) return { kind: 'unknown' }
        this.#isHoneyjam = true
      }
      await this.#request('POST', signal, heartbeat)
      return { kind: 'taken' }
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome.kind === 'unknown') this.#isHoneyjam = false
      return outcome
    }
  }

  async #request(method: 'GET' | 'POST', signal: AbortSignal, body?: Heartbeat): Promise<ApiResponse> {
    return await this.#api.request({
      method,
      path: MANAGEMENT_PATHS.heartbeat,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(this.#totalMs)]),
    })
  }

  async close(): Promise<void> {
    await this.#api.close()
  }
}

function outcomeOf(error: unknown): HeartbeatOutcome {
  if (!(error instanceof HoneyjamError)) {
    return { kind: 'failed', reason: describeError(error), retryAfterMs: undefined }
  }
  const { status, retryAfterSeconds } = error.fields as { status?: unknown; retryAfterSeconds?: unknown }
  // a page where nothing should stand: some other program answers everything
  const isForeign = typeof status === 'number' && status >= 200 && status < 300
  if (isForeign || NO_SUCH_OPERATION.has(Number(status))) return { kind: 'unknown' }
  return {
    kind: 'failed',
    reason: error.message,
    retryAfterMs: typeof retryAfterSeconds === 'number' ? retryAfterSeconds * 1000 : undefined,
  }
}
