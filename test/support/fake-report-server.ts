import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { MANAGEMENT_PATHS } from '../../src/contract/index.ts'

/** What the server does with one request. */
export type FakeAnswer =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Record<string, string>
      readonly body?: string
    }
  /** Takes the request and never answers. */
  | { readonly kind: 'hang' }
  /** Cuts the connection without an answer. */
  | { readonly kind: 'reset' }
  /** Takes the report, then cuts the connection: the sender cannot know. */
  | { readonly kind: 'take-and-reset' }
  /** Answers with bytes that are not HTTP. */
  | { readonly kind: 'garbage' }

/** One request as it arrived. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly arrivedAtMs: number
  /** Tells connections apart. */
  readonly remotePort: number | undefined
  readonly answer: FakeAnswer
}

export interface ReportBody {
  readonly addresses: string[]
  readonly type: string
  readonly ttl: number
  readonly tags: string[]
  readonly observed_at?: number[]
}

export interface FakeReportServerOptions {
  /** Decides about requests that no scripted answer is left for; default 202. */
  readonly answer?: (request: Omit<FakeRequest, 'answer'>) => FakeAnswer
  /**
   * Decides about heartbeats, which no scripted answer is for; then it says it is honeyjam. Default 404 for both, as they
   * are no part of a Report API.
   */
  readonly answerHeartbeat?: () => FakeAnswer
  /** Where `arrivedAtMs` is taken from; default the system's clock. */
  readonly nowMs?: () => number
  /** Default: a free one. */
  readonly port?: number
}

export const accepted: FakeAnswer = { kind: 'status', status: 202 }

const HONEYJAM: FakeAnswer = { kind: 'status', status: 200, body: '{"service":"honeyjam"}' }

export function status(
  code: number,
  rest: { headers?: Record<string, string>; body?: string } = {},
): FakeAnswer {
  return { kind: 'status', status: code, ...rest }
}

/** A Report API on a free port of the loopback interface that does as it is told and remembers everything. */
export class FakeReportServer {
  /** All but heartbeats. */
  readonly requests: FakeRequest[] = []
  readonly heartbeats: FakeRequest[] = []
  readonly #scripted: FakeAnswer[] = []
  readonly #waiters = new Set<() => void>()
  readonly #server: Server
  readonly #options: FakeReportServerOptions
  /** Scheme, host and port; stays known after {@link close}. */
  origin = ''

  private constructor(options: FakeReportServerOptions) {
    this.#options = options
    this.#server = createServer((request, response) => void this.#take(request, response))
  }

  static async start(options: FakeReportServerOptions = {}): Promise<FakeReportServer> {
    const server = new FakeReportServer(options)
    await new Promise<void>((resolve) => {
      server.#server.listen(options.port ?? 0, '127.0.0.1', resolve)
    })
    server.origin = `http://127.0.0.1:${(server.#server.address() as AddressInfo).port}`
    return server
  }

  get apiUrl(): string {
    return `${this.origin}/v1/ip`
  }

  /** Answers the next requests in this order, before anything else is asked. */
  script(...answers: FakeAnswer[]): void {
    this.#scripted.push(...answers)
  }

  /** Bodies of the reports that were taken, one an idempotency key, in the order of their first arrival. */
  get takenReports(): ReportBody[] {
    const bodyByKey = new Map<string, string>()
    for (const { headers, body, answer } of this.requests) {
      const isTaken = answer.kind === 'take-and-reset' || (answer.kind === 'status' && answer.status === 202)
      const key = String(headers['idempotency-key'])
      if (isTaken && !bodyByKey.has(key)) bodyByKey.set(key, body)
    }
    return [...bodyByKey.values()].map((body) => JSON.parse(body) as ReportBody)
  }

  /** How many taken reports each address stood in: what a service would call `total_reports`. */
  get reportsByAddress(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { addresses } of this.takenReports) {
      for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1)
    }
    return counts
  }

  /** Resolves as soon as `condition` holds; looked at after each request. */
  async until(condition: (server: FakeReportServer) => boolean): Promise<void> {
    while (!condition(this)) {
      await new Promise<void>((resolve) => {
        this.#waiters.add(resolve)
      })
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer)
    } catch {
      // the sender went away in the middle of its request: there is nothing to answer or to remember
      return
    }
    const seen = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
      arrivedAtMs: this.#options.nowMs?.() ?? Date.now(),
      remotePort: request.socket.remotePort,
    }
    if (seen.path === MANAGEMENT_PATHS.heartbeat && seen.method === 'GET') {
      give(this.#options.answerHeartbeat === undefined ? status(404) : HONEYJAM, response)
    } else if (seen.path === MANAGEMENT_PATHS.heartbeat) {
      const answer = this.#options.answerHeartbeat?.() ?? status(404)
      this.heartbeats.push({ ...seen, answer })
      give(answer, response)
    } else {
      const answer = this.#scripted.shift() ?? this.#options.answer?.(seen) ?? accepted
      this.requests.push({ ...seen, answer })
      give(answer, response)
    }
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const resolve of waiters) resolve()
  }
}

function give(answer: FakeAnswer, response: ServerResponse): void {
  if (answer.kind === 'hang') return
  if (answer.kind === 'reset' || answer.kind === 'take-and-reset') {
    response.socket?.resetAndDestroy()
    return
  }
  if (answer.kind === 'garbage') {
    response.socket?.end('\u0000\u0001 this is not HTTP\r\n\r\n')
    return
  }
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}
