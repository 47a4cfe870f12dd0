import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { Server as TlsServer } from 'node:tls'

/** One connection; that of a server which speaks TLS is `ready` once the handshake is over. */
interface Connection {
  socket: Socket
  isReady: boolean
}

/**
 * The connections of all servers that it watches. Node closes idle ones when a server closes, and takes those on which no request
 * ever began for busy.
 */
export class OpenConnections {
  readonly #connections: Map<string, Connection>[] = []
  #isClosing = false

  /** How many there are, those in the middle of a TLS handshake as well. */
  get count(): number {
    return this.#connections.reduce((sum, { size }) => sum + size, 0)
  }

  /** Follows the connections of a server from its first one on. */
  watch(server: Server): void {
    const connections = new Map<string, Connection>()
    this.#connections.push(connections)
    const isReady = !(server instanceof TlsServer)
    server.on('connection', (socket: Socket) => {
      if (this.#isClosing) {
        // as if it came a moment later, when nobody listens
        socket.destroy()
        return
      }
      const peer = peerOf(socket)
      const connection = { socket, isReady }
      connections.set(peer, connection)
      socket.once('close', () => {
        if (connections.get(peer) === connection) connections.delete(peer)
      })
    })
    server.on('secureConnection', (socket: Socket) => {
      const connection = connections.get(peerOf(socket))
      if (connection === undefined) return
      connection.socket = socket
      connection.isReady = true
    })
  }

  /** Ends each connection on which nothing of a request has come in, and each new one; requests that have begun go on. */
  closeUnused(): void {
    this.#isClosing = true
    for (const { socket, isReady } of this.#connections.flatMap((each) => [...each.values()]))
      if (!isReady || socket.bytesRead === 0) socket.destroy()
  }
}

/** The socket of TLS and the one that it lies on have this in common. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
