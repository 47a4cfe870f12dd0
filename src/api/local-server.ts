import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from '../runtime/index.ts'
import type { OtherServers } from './graceful-close.ts'
import { createHttpServer, handleClientError } from './http-server.ts'
import type { OpenConnections } from './open-connections.ts'
import { serverUrl } from './server-url.ts'

/** Where only this machine gets in. */
export const LOCAL_PLACE = { host: '127.0.0.1', port: 0 }

/** The plain server beside one that speaks TLS: programs on this machine need no certificate. */
export class LocalServer implements OtherServers {
  readonly #connections: OpenConnections
  #server: Server | undefined

  constructor(connections: OpenConnections) {
    this.#connections = connections
  }

  /** @returns its URL. @throws what the system says against listening */
  async listen(listener: RequestListener, logger: Logger): Promise<string> {
    const server = createHttpServer(listener, { logger })
    server.on('clientError', handleClientError)
    this.#connections.watch(server)
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(LOCAL_PLACE, resolve)
    })
    return serverUrl('http', server.address() as AddressInfo)
  }

  closeIdleConnections(): void {
    this.#server?.closeIdleConnections()
  }

  closeAllConnections(): void {
    this.#server?.closeAllConnections()
  }

  async close(): Promise<void> {
    const server = this.#server
    if (server?.listening !== true) return
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
}
