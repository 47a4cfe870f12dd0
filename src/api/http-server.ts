import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { type SecureContextOptions, TLSSocket } from 'node:tls'
import type { Logger } from '../runtime/index.ts'
import { rawAnswer } from './raw-answer.ts'
import { type Refusal, refuse } from './refusal.ts'
import { securityHeadersOn } from './security-headers.ts'

/** How long and how much one client may take; milliseconds and bytes. */
export interface HttpLimits {
  /** From the first byte (or the connection) to the end of the headers. */
  readonly headersTimeout: number
  /** From the first byte to the end of the body. */
  readonly requestTimeout: number
  /** How often the two above are looked at. */
  readonly connectionsCheckingInterval: number
  /** Idle between two requests. */
  readonly keepAliveTimeout: number
  /** Request line and headers together. */
  readonly maxHeaderSize: number
  /** A client that takes nothing of its answer for so long is let go. */
  readonly stalledTimeout: number
  /** Connections at the same time; more are closed at once. */
  readonly maxConnections: number
}

/** Documented in docs/reference/report-api.md. */
export const HTTP_LIMITS: HttpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // longer than an agent waits between two reports
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16_384,
  stalledTimeout: 60_000,
  maxConnections: 2_000,
}

/** What a client may still be sending after a request that cannot be read is thrown away for so long. */
const LINGER_MS = 1_000

/** With which certificate a server speaks TLS: both PEM, and one belongs to the other. */
export interface TlsIdentity {
  /** The server's certificate, then those of the authorities between it and the root. */
  readonly cert: string
  readonly key: string
}

export interface HttpServerOptions {
  readonly logger: Logger
  /** Without it the server speaks plain HTTP. */
  readonly tls?: TlsIdentity | undefined
  /** Default {@link HTTP_LIMITS}. */
  readonly limits?: HttpLimits
}

/**
 * Creates Node's server with bounds for slow, stalled and too many clients, and answers in our own body where Node answers
 * on its own.
 */
export function createHttpServer(
  listener: RequestListener,
  { logger, tls, limits = HTTP_LIMITS }: HttpServerOptions,
): Server {
  const { maxConnections, stalledTimeout, ...others } = limits
  // the missing Host is answered by a hook, in our own body
  const options = { ...others, requireHostHeader: false }
  const server =
    tls === undefined
      ? createServer(options, listener)
      : createTlsServer(
          { ...options, ...secureContextOf(tls), handshakeTimeout: limits.headersTimeout },
          listener,
        )
  server.timeout = stalledTimeout
  server.maxConnections = maxConnections
  server.on('drop', () => logger.warn({ maxConnections }, 'connection closed: there are too many'))
  server.on('connect', (_request: IncomingMessage, socket: Duplex) => {
    answerAndClose(socket, refuse('method-not-allowed', 'CONNECT is not for this service'))
  })
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    respond(response, refuse('expectation-failed', 'Expect may only say 100-continue'))
  })
  return server
}

/** RFC 8996: nothing older than TLS 1.2. */
export function secureContextOf(tls: TlsIdentity): SecureContextOptions {
  return { ...tls, minVersion: 'TLSv1.2' }
}

/** Answers what Node's parser cannot read, or did not get in time. */
export function handleClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isUnread = error.code === 'ECONNRESET' || !socket.writable || hasAnswerUnderWay(socket)
  if (isUnread || isBeforeTls(socket)) {
    socket.destroy()
    return
  }
  answerAndClose(socket, refusalOf(error.code))
}

function refusalOf(code: string | undefined): Refusal {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request-timeout', 'the request did not arrive in time')
    case 'HPE_HEADER_OVERFLOW':
      return refuse(
        'request-header-too-large',
        `request line and headers exceed ${HTTP_LIMITS.maxHeaderSize} bytes`,
      )
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return refuse('request-body-too-large', 'the chunk extensions of the body are too large')
    default:
      return refuse('malformed-request', 'the request cannot be read')
  }
}

function respond(response: ServerResponse, { status, body }: Refusal): void {
  const text = JSON.stringify(body)
  response
    .writeHead(status, {
      ...(response.socket === null ? {} : securityHeadersOn(response.socket)),
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      connection: 'close',
    })
    .end(text)
}

const answered = new WeakSet<Duplex>()

/** Parser errors repeat while bytes go on coming in: the first one is answered. */
function answerAndClose(socket: Duplex, refusal: Refusal): void {
  if (answered.has(socket)) return
  answered.add(socket)
  socket.on('error', () => socket.destroy())
  socket.end(rawAnswer(socket, refusal))
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

/** Whether an answer has been started on the socket, so that another one would end up in the middle of it. */
function hasAnswerUnderWay(socket: Duplex): boolean {
  const { _httpMessage: response } = socket as { _httpMessage?: { headersSent?: boolean } | null }
  return response?.headersSent === true
}

/** Whether there is no way yet to say anything: the handshake failed. */
function isBeforeTls(socket: Duplex): boolean {
  return socket instanceof TLSSocket && socket.getSession() === undefined
}
