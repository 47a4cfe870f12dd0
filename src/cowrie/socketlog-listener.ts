import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { HoneyjamError, type Logger } from '../runtime/index.ts'
import type { LineJournal } from './line-journal.ts'
import { MAX_LINE_BYTES } from './line-scanner.ts'
import { LineMemory, LineSplitter } from './line-splitter.ts'
import { takeLines } from './take-lines.ts'
import { systemErrorCode } from './unreadable.ts'

export interface SocketlogListenerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly journal: LineJournal
  readonly logger: Logger
  /** Default 64; further ones are closed at once. */
  readonly maxConnections?: number
}

const DEFAULT_MAX_CONNECTIONS = 64
/** For lines whose end has not come, of all connections together. */
const MAX_HELD_BYTES = 2 * MAX_LINE_BYTES
const KEEP_ALIVE_MS = 60_000
/** At the end a connection that is silent for so long is taken for read to its end; all of them after the second. */
const LAST_READ = { silenceMs: 100, longestMs: 1000 }

/** Takes what Cowrie's `[output_socketlog]` sends: a JSON line an event, over plain TCP. */
export class SocketlogListener {
  readonly #options: SocketlogListenerOptions
  readonly #server: Server
  readonly #memory = new LineMemory(MAX_HELD_BYTES)
  readonly #sockets = new Map<Socket, Promise<void>>()
  #refusedConnections = 0
  #isFull = false

  private constructor(options: SocketlogListenerOptions) {
    this.#options = options
    this.#server = createServer({ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS })
    this.#server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS
    this.#server.on('connection', (socket) => {
      this.#sockets.set(socket, this.#take(socket))
    })
    this.#server.on('drop', () => this.#tellRefused())
  }

  /** @throws HoneyjamError LISTEN_FAILED */
  static async start(options: SocketlogListenerOptions): Promise<SocketlogListener> {
    const listener = new SocketlogListener(options)
    const { host, port } = options
    try {
      listener.#server.listen(port, host)
      await once(listener.#server, 'listening')
    } catch (cause) {
      throw listenError(host, port, cause)
    }
    listener.#server.on('error', (error) => {
      options.logger.warn({ err: error }, 'a connection of the honeypot could not be taken')
    })
    return listener
  }

  /** `HOST:PORT`, IPv6 in brackets. */
  get listensOn(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  }

  /** Connections that were closed because there were too many. */
  get refusedConnections(): number {
    return this.#refusedConnections
  }

  /** Takes no more connections, reads what the present ones have sent, and closes them. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    const end = setTimeout(() => this.#destroyAll(), LAST_READ.longestMs)
    for (const socket of this.#sockets.keys()) socket.setTimeout(LAST_READ.silenceMs, () => socket.destroy())
    await Promise.all(this.#sockets.values())
    clearTimeout(end)
    await closed
  }

  async #take(socket: Socket): Promise<void> {
    const { journal, logger } = this.#options
    const { remoteAddress, remotePort } = socket
    const from = { remoteAddress, remotePort }
    const splitter = new LineSplitter(this.#memory)
    logger.info(from, 'a honeypot has connected')
    let failure: string | undefined
    try {
      await takeLines(socket, splitter, journal)
    } catch (error) {
      failure = systemErrorCode(error) ?? (error as Error).message
    }
    this.#sockets.delete(socket)
    this.#isFull = false
    const { droppedLines } = splitter
    if (droppedLines > 0) {
      logger.error({ ...from, droppedLines }, 'lines of a honeypot were dropped: too long, or broken off')
    }
    logger.info({ ...from, failure }, 'the connection of a honeypot has ended')
  }

  #tellRefused(): void {
    this.#refusedConnections += 1
    if (this.#isFull) return
    this.#isFull = true
    const { maxConnections } = this.#server
    const refusedConnections = this.#refusedConnections
    this.#options.logger.error(
      { maxConnections, refusedConnections },
      'too many honeypots are connected: further ones are refused',
    )
  }

  #destroyAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy()
  }
}

function listenError(host: string, port: number, cause: unknown): HoneyjamError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isUsed = systemErrorCode(cause) === 'EADDRINUSE'
  const help = isUsed
    ? 'another program listens there: stop it, or choose another port here and in [output_socketlog]'
    : 'choose an address of this machine'
  return new HoneyjamError('LISTEN_FAILED', `cannot listen on ${host}:${port} (${reason}): ${help}`, {
    cause,
    fields: { host, port },
  })
}
