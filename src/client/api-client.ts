import { HoneyjamError } from '../runtime/index.ts'
import { quoteForeignText, readBoundedText } from './bounded-text.ts'
import { describeError } from './delivery-outcome.ts'
import {
  authorizationOf,
  HttpConnection,
  type HttpResponse,
  type HttpTimeouts,
  parseHttpUrl,
} from './http-connection.ts'

export interface ApiClientOptions {
  /** Scheme, host, port and, behind a proxy, a path prefix. */
  readonly baseUrl: string
  readonly bearerToken: string
  /** Default `honeyjam`. */
  readonly userAgent?: string
  readonly timeouts?: Partial<HttpTimeouts>
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string
}

/** Values that are `undefined` are left out; lists repeat the name. */
export type ApiQuery = Readonly<
  Record<string, string | number | boolean | readonly (string | number)[] | undefined>
>

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Absolute below `baseUrl`, already encoded. */
  readonly path: string
  readonly query?: ApiQuery
  /** Sent as JSON. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The parsed JSON; `undefined` when the body is empty. */
  readonly body: unknown
}

export interface ApiTextResponse extends Pick<ApiResponse, 'status' | 'headers'> {
  /** Pieces of the body as they come; must be read to its end or left by `break`. */
  readonly text: AsyncIterable<string>
}

/** Longest JSON answer that is taken into memory; longer lists are for {@link ApiClient.stream}. */
const MAX_JSON_BYTES = 64 * 1024 * 1024
const MAX_ERROR_BYTES = 64 * 1024
const MAX_DETAIL = 500

/**
 * Speaks to the User API and to honeyjam's own API with one key.
 * Every method throws HoneyjamError: API_UNREACHABLE when no whole answer came (fields `url`), API_REFUSED for an
 * answer that is not 2xx (fields `status`, `title`, `detail`, `retryAfterSeconds`), or that holds no JSON where it should.
 */
export class ApiClient {
  readonly #connection: HttpConnection
  readonly #baseUrl: URL
  readonly #headers: Record<string, string>

  /** @throws HoneyjamError CONFIG_INVALID when the URL or the key cannot be used */
  constructor({ baseUrl, bearerToken, userAgent = 'honeyjam', timeouts, ca }: ApiClientOptions) {
    this.#baseUrl = parseHttpUrl(baseUrl)
    this.#connection = new HttpConnection({
      url: this.#baseUrl,
      ...(timeouts === undefined ? {} : { timeouts }),
      ...(ca === undefined ? {} : { ca }),
    })
    this.#headers = { authorization: authorizationOf(bearerToken), 'user-agent': userAgent }
  }

  /** Sends and receives JSON. */
  async request(request: ApiRequest): Promise<ApiResponse> {
    const { statusCode, headers, body } = await this.#send(
      { accept: 'application/json', ...request.headers },
      request,
    )
    const { text, isWhole } = await this.#reading(request, () => readBoundedText(body, MAX_JSON_BYTES))
    if (!isWhole)
      throw refusal({
        status: statusCode,
        title: 'Answer Too Large',
        detail: `more than ${MAX_JSON_BYTES} bytes`,
      })
    return { status: statusCode, headers, body: text === '' ? undefined : parseJson(statusCode, text) }
  }

  /** Sends JSON and hands on the answer's text (CSV, plain, JSON of any size) without keeping it. */
  async stream(request: ApiRequest): Promise<ApiTextResponse> {
    const { statusCode, headers, body } = await this.#send(request.headers ?? {}, request)
    return { status: statusCode, headers, text: this.#pieces(request, body) }
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }

  async #send(headers: Readonly<Record<string, string>>, request: ApiRequest): Promise<HttpResponse> {
    const hasBody = request.body !== undefined
    const response = await this.#reading(request, () =>
      this.#connection.request({
        method: request.method,
        path: this.#pathOf(request),
        headers: { ...this.#headers, ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
        ...(hasBody ? { body: JSON.stringify(request.body) } : {}),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      }),
    )
    if (response.statusCode >= 200 && response.statusCode < 300) return response
    const { text } = await this.#reading(request, () => readBoundedText(response.body, MAX_ERROR_BYTES))
    throw refusal({
      status: response.statusCode,
      retryAfter: response.headers['retry-after'],
      ...parseProblem(text),
    })
  }

  #pathOf({ path, query = {} }: ApiRequest): string {
    const parameters = new URLSearchParams()
    for (const [name, value] of Object.entries(query)) {
      for (const item of [value ?? []].flat()) parameters.append(name, String(item))
    }
    const search = parameters.size === 0 ? '' : `?${parameters.toString()}`
    return `${this.#baseUrl.pathname.replace(/\/$/, '')}${path}${search}`
  }

  async *#pieces(request: ApiRequest, body: HttpResponse['body']): AsyncGenerator<string> {
    const decoder = new TextDecoder()
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true })
    } catch (cause) {
      throw this.#unreachable(request, cause)
    }
    yield decoder.decode()
  }

  async #reading<Result>(request: ApiRequest, read: () => Promise<Result>): Promise<Result> {
    try {
      return await read()
    } catch (cause) {
      throw this.#unreachable(request, cause)
    }
  }

  #unreachable({ method, path }: ApiRequest, cause: unknown): HoneyjamError {
    const url = `${this.#baseUrl.origin}${path}`
    return new HoneyjamError('API_UNREACHABLE', `no answer to ${method} ${url}: ${describeError(cause)}`, {
      cause,
      fields: { url },
    })
  }
}

interface Problem {
  readonly title?: string
  readonly detail?: string
}

function refusal({
  status,
  title,
  detail,
  retryAfter,
}: Problem & { status: number; retryAfter?: unknown }): HoneyjamError {
  const reason = [title, detail].filter((part) => part !== undefined && part !== '').join(': ')
  const retryAfterSeconds =
    typeof retryAfter === 'string' && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined
  return new HoneyjamError(
    'API_REFUSED',
    `the service answered ${status}${reason === '' ? '' : `: ${reason}`}`,
    {
      fields: { status, title, detail, retryAfterSeconds },
    },
  )
}

function parseJson(status: number, text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (cause) {
    throw new HoneyjamError('API_REFUSED', `the answer is not JSON: ${quoteForeignText(text, MAX_DETAIL)}`, {
      cause,
      fields: { status, title: 'Answer Not Understood', detail: quoteForeignText(text, MAX_DETAIL) },
    })
  }
}

/** Takes `{title, detail}` or a validation error's `{detail: [{loc, msg}]}`; any other text is the detail itself. */
function parseProblem(text: string): Problem {
  let problem: unknown
  try {
    problem = JSON.parse(text)
  } catch {
    problem = undefined
  }
  if (typeof problem !== 'object' || problem === null) return { detail: quoteForeignText(text, MAX_DETAIL) }
  const { title, detail } = problem as { title?: unknown; detail?: unknown }
  return {
    ...(typeof title === 'string' ? { title: quoteForeignText(title, MAX_DETAIL) } : {}),
    detail: quoteForeignText(detailText(detail ?? problem), MAX_DETAIL),
  }
}

function detailText(detail: unknown): string {
  if (typeof detail === 'string') return detail
  if (!Array.isArray(detail)) return JSON.stringify(detail)
  return detail.map(faultText).join('; ')
}

function faultText(fault: unknown): string {
  const { loc, msg } = (typeof fault === 'object' && fault !== null ? fault : {}) as {
    loc?: unknown
    msg?: unknown
  }
  if (typeof msg !== 'string') return JSON.stringify(fault)
  return Array.isArray(loc) ? `${loc.join('.')}: ${msg}` : msg
}
