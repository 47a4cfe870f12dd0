import { type Clock, systemClock } from '../runtime/index.ts'
import { readBoundedText } from './bounded-text.ts'
import { type DeliveryOutcome, describeError, outcomeOf, outcomeOfError } from './delivery-outcome.ts'
import {
  authorizationOf,
  HttpConnection,
  type HttpResponse,
  type HttpTimeouts,
  parseHttpUrl,
} from './http-connection.ts'

/** One report as an agent knows it; the client alone turns it into the wire's names. */
export interface Report {
  /** Distinct, canonical. */
  readonly addresses: readonly string[]
  /** The dataset, such as `ABUSE`. */
  readonly type: string
  readonly ttlSeconds: number
  readonly tags: readonly string[]
  /** Epoch milliseconds an address, in the order of `addresses`; without it the service counts from arrival. */
  readonly observedAtMs?: readonly number[]
}

export interface ReportClientOptions {
  /** Where reports are posted, path included: `https://HOST/v1/ip`. */
  readonly apiUrl: string
  readonly bearerToken: string
  readonly userAgent: string
  readonly timeouts?: Partial<ReportTimeouts>
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string
  readonly clock?: Pick<Clock, 'nowMs'>
}

export interface ReportTimeouts extends HttpTimeouts {
  /** For the whole request, however slowly its answer drips in; default 60,000. */
  readonly totalMs: number
}

const DEFAULT_TOTAL_MS = 60_000
/** A 202 has no body and a reason is cut to 500 characters, so more is not worth reading. */
const MAX_ANSWER_BYTES = 16 * 1024

/** Delivers reports to one Report API. Keeps its connection between reports. */
export class ReportClient {
  readonly #connection: HttpConnection
  readonly #path: string
  readonly #headers: Record<string, string>
  readonly #totalMs: number
  readonly #clock: Pick<Clock, 'nowMs'>

  /** @throws HoneyjamError CONFIG_INVALID when the URL or the key cannot be used */
  constructor({ apiUrl, bearerToken, userAgent, timeouts, ca, clock }: ReportClientOptions) {
    const url = parseHttpUrl(apiUrl)
    this.#connection = new HttpConnection({
      url,
      maxConnections: 1,
      ...(timeouts === undefined ? {} : { timeouts }),
      ...(ca === undefined ? {} : { ca }),
    })
    this.#path = url.pathname + url.search
    this.#headers = {
      accept: 'application/json',
      authorization: authorizationOf(bearerToken),
      'content-type': 'application/json',
      'user-agent': userAgent,
    }
    this.#totalMs = timeouts?.totalMs ?? DEFAULT_TOTAL_MS
    this.#clock = clock ?? systemClock
  }

  /**
   * Sends one report and says what became of it; never rejects.
   * @param options.idempotencyKey must be the same on each repeat of the same report and never serve another one
   * @param options.signal gives the request up: the outcome is `failed`, as nobody knows whether it was taken
   */
  async report(
    report: Report,
    { idempotencyKey, signal }: { idempotencyKey: string; signal?: AbortSignal },
  ): Promise<DeliveryOutcome> {
    const limit = AbortSignal.timeout(this.#totalMs)
    try {
      const { statusCode, headers, body } = await this.#connection.request({
        method: 'POST',
        path: this.#path,
        headers: { ...this.#headers, 'idempotency-key': idempotencyKey },
        body: renderReport(report),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      })
      const bodyText = await readReason(body)
      return outcomeOf({ status: statusCode, headers, bodyText }, this.#clock.nowMs())
    } catch (error) {
      return outcomeOfError(error)
    }
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}

/** The status has been said and counts, also when the body behind it breaks off. */
async function readReason(body: HttpResponse['body']): Promise<string> {
  try {
    return (await readBoundedText(body, MAX_ANSWER_BYTES)).text
  } catch (error) {
    return `(the answer broke off: ${describeError(error)})`
  }
}

/** The body on the wire: the removed module's four fields in its order, ours behind. Same report, same bytes. */
export function renderReport({ addresses, type, ttlSeconds, tags, observedAtMs }: Report): string {
  return JSON.stringify({ addresses, type, ttl: ttlSeconds, tags, observed_at: observedAtMs })
}
