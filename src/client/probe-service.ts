import { TEST_PATH } from '../contract/terms/index.ts'
import { quoteForeignText, readBoundedText } from './bounded-text.ts'
import { saysWrongKeys } from './delivery-outcome.ts'
import { singleField } from './header-field.ts'
import { authorizationOf, HttpConnection, type HttpTimeouts, parseHttpUrl } from './http-connection.ts'
import { parseHttpDate, parseRetryAfter } from './retry-after.ts'

/** What a service said to the question whether it knows a key. */
export interface ServiceAnswer {
  readonly status: number
  /** Epoch milliseconds of its `Date` header, whole seconds; `undefined` without one. */
  readonly dateMs: number | undefined
  /** Epoch milliseconds by the own clock. */
  readonly askedAtMs: number
  readonly answeredAtMs: number
  /** The body as one line that is safe to print, at most 200 characters. */
  readonly text: string
  readonly server: string | undefined
  /** Whether it answers wrong keys from here so for a while, without telling one from another. */
  readonly isSlowingWrongKeys: boolean
  /** How long it asks to wait; `undefined` when it says nothing of it. */
  readonly retryAfterMs: number | undefined
}

export interface ProbeServiceOptions {
  /** Scheme, host, port, and a path prefix. */
  readonly baseUrl: string
  readonly bearerToken: string
  readonly userAgent: string
  readonly timeouts?: Partial<HttpTimeouts>
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string | undefined
  readonly signal: AbortSignal
}

const MAX_ANSWER_BYTES = 16 * 1024
const MAX_TEXT = 200

/**
 * Asks a service whether it knows the key; any answer is one, whatever its status. Counts against no limit of ours.
 * @throws what broke the connection; HoneyjamError CONFIG_INVALID for a URL or key that no request can be made with
 */
export async function probeService(options: ProbeServiceOptions): Promise<ServiceAnswer> {
  const { baseUrl, bearerToken, userAgent, timeouts, ca, signal } = options
  const url = parseHttpUrl(baseUrl)
  const connection = new HttpConnection({
    url,
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(ca === undefined ? {} : { ca }),
  })
  try {
    const askedAtMs = Date.now()
    const { statusCode, headers, body } = await connection.request({
      method: 'POST',
      path: `${url.pathname.replace(/\/$/, '')}${TEST_PATH}`,
      headers: {
        accept: 'application/json',
        authorization: authorizationOf(bearerToken),
        'user-agent': userAgent,
      },
      signal,
    })
    const answeredAtMs = Date.now()
    const { text: bodyText } = await readBoundedText(body, MAX_ANSWER_BYTES)
    const dateMs = parseHttpDate(singleField(headers['date']) ?? '')
    const server = singleField(headers['server'])
    return {
      status: statusCode,
      dateMs,
      askedAtMs,
      answeredAtMs,
      text: quoteForeignText(bodyText, MAX_TEXT),
      server: server === undefined ? undefined : quoteForeignText(server, MAX_TEXT),
      isSlowingWrongKeys: saysWrongKeys({ status: statusCode, bodyText }),
      retryAfterMs: parseRetryAfter(singleField(headers['retry-after']), dateMs ?? answeredAtMs),
    }
  } finally {
    await connection.close()
  }
}
