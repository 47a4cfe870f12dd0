import type { Server } from 'node:http'

/** The connections of all servers that it watches. */
export class OpenConnections {
  #count = 0

  /** How many there are, those in the middle of a TLS handshake as well. */
  get count(): number {
    return this.#count
  }

  /** Follows the connections of a server from its first one on. */
  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#count++
      socket.once('close', () => this.#count--)
    })
  }
}
