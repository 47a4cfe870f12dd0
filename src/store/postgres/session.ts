import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../runtime/index.ts'
import { type Client, type ConnectOptions, connectClient, endClient } from './connect.ts'
import { postgresError } from './postgres-error.ts'

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 2000
/** What held for so long was no failed attempt. */
const HELD_MS = 1000

export interface SessionOptions {
  readonly connect: ConnectOptions
  /** What the connection is for. */
  readonly name: string
  readonly logger: Logger
  /**
   * Works with a connection until `ended` is aborted, which it is when the connection is lost or the session is closed.
   * What it throws ends this connection as well; another one follows.
   */
  readonly serve: (client: Client, ended: AbortSignal) => Promise<void>
}

/** A connection of its own for one job; made anew, for ever, when it is lost. */
export class Session {
  readonly #options: SessionOptions
  readonly #closing = new AbortController()
  readonly #running: Promise<void>
  #client: Client | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#running = this.#run()
  }

  /** Gives up the present connection and makes another. */
  renew(): void {
    void this.#client?.end().catch(() => undefined)
  }

  /** Lets `serve` end, then closes the connection. May be called twice. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    const { name, logger } = this.#options
    let retryInMs = FIRST_RETRY_MS
    let isFailing = false
    while (!signal.aborted) {
      const startedAtMs = performance.now()
      const error = await this.#serveOnce()
      if (signal.aborted) return
      if (performance.now() - startedAtMs > HELD_MS) {
        retryInMs = FIRST_RETRY_MS
        isFailing = false
      }
      if (!isFailing)
        logger.warn({ err: error, connection: name }, 'connection to PostgreSQL lost, will connect again')
      isFailing = true
      await wait(retryInMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
      retryInMs = Math.min(2 * retryInMs, LONGEST_RETRY_MS)
    }
  }

  /** @returns why it ended */
  async #serveOnce(): Promise<unknown> {
    const { connect, name, serve } = this.#options
    const lost = new AbortController()
    try {
      const client = await connectClient(connect, name)
      this.#client = client
      client.on('end', () => lost.abort())
      client.on('error', () => lost.abort())
      await serve(client, AbortSignal.any([this.#closing.signal, lost.signal]))
      return undefined
    } catch (error) {
      return postgresError(`the connection for ${name}`, error)
    } finally {
      lost.abort()
      if (this.#client !== undefined) await endClient(this.#client)
      this.#client = undefined
    }
  }
}
