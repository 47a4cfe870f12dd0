import type { Dispatcher } from 'undici'
// The inner modules, because the front door brings fetch, web sockets and caches: 30 MB of memory and 90 ms at start
// against 11 MB and 20 ms, which an agent on a small honeypot feels. The version of undici is pinned for it.
import { request } from 'undici/lib/api/index.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js'
import { isLoopbackHost } from '../ip/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { trusting } from './trusting.ts'

/** How long each step of one request may take, in milliseconds. */
export interface HttpTimeouts {
  /** Name look-up, TCP and TLS; default 10,000. */
  readonly connectMs: number
  /** From the end of the request to the end of the answer's headers; default 30,000. */
  readonly headersMs: number
  /** Between two pieces of the answer's body; default 30,000. */
  readonly bodyMs: number
}

export const DEFAULT_TIMEOUTS: HttpTimeouts = { connectMs: 10_000, headersMs: 30_000, bodyMs: 30_000 }

export interface HttpConnectionOptions {
  /** `http:` or `https:`; only its scheme, host and port count here. */
  readonly url: URL
  readonly timeouts?: Partial<HttpTimeouts>
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string
  /** Most connections at a time, further requests wait; default unlimited. */
  readonly maxConnections?: number
}

export interface HttpRequest {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
  readonly signal?: AbortSignal
}

/** The answer's head; the caller must read `body` to its end or destroy it, or the connection is never free again. */
export type HttpResponse = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>

/**
 * Kept-alive HTTP/1.1 connections to one origin.
 * Proxies are taken from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (either case), except for a loopback host:
 * a proxy would look for the service on its own machine. Redirects are not followed, so no key goes to another host.
 */
export class HttpConnection {
  readonly #dispatcher: Dispatcher
  readonly #origin: string
  readonly #timeouts: HttpTimeouts

  constructor({ url, timeouts, ca, maxConnections }: HttpConnectionOptions) {
    this.#origin = url.origin
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...timeouts }
    const tls = trusting(ca)
    const connectTimeout = this.#timeouts.connectMs
    const options = {
      allowH2: false,
      connections: maxConnections ?? null,
      connect: { timeout: connectTimeout, ...tls },
    }
    this.#dispatcher = isLoopbackHost(url.hostname)
      ? new Agent(options)
      : new EnvHttpProxyAgent({ ...options, connectTimeout, requestTls: tls, proxyTls: tls })
  }

  /** @throws whatever broke the connection, a time limit, or the reason of `signal` */
  async request({ method, path, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    return await request.call(this.#dispatcher, {
      origin: this.#origin,
      path,
      method,
      headers,
      headersTimeout: this.#timeouts.headersMs,
      bodyTimeout: this.#timeouts.bodyMs,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  /** Ends all connections; requests under way fail. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy()
  }
}

/** @throws HoneyjamError CONFIG_INVALID when `text` is not an http or https URL */
export function parseHttpUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new HoneyjamError('CONFIG_INVALID', `not an http or https URL: ${JSON.stringify(text)}`, {
    fields: { url: text },
  })
}

/**
 * The value of an `Authorization` header.
 * @throws HoneyjamError CONFIG_INVALID when the key holds what no header can carry; the message does not show it
 */
export function authorizationOf(bearerToken: string): string {
  if (/^[\x21-\x7e]+$/.test(bearerToken)) return `Bearer ${bearerToken}`
  throw new HoneyjamError(
    'CONFIG_INVALID',
    'the key is empty or holds spaces, line ends or other foreign characters',
  )
}
