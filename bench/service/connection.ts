import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const END_OF_HEADERS = Buffer.from('\r\n\r\n')
/** `HTTP/1.1 202`. */
const STATUS_AT = 9

interface Waiter {
  resolve(status: number): void
  reject(error: Error): void
}

/**
 * A connection that stays open, for one request at a time. As little work as can be, since the load shares the machine with
 * what is measured; it knows answers with `Content-Length` and no others.
 */
export class Connection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #waiter: Waiter | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => this.#take(piece))
    socket.on('error', (error) => this.#fail(error))
    socket.on('close', () => this.#fail(new Error('the connection was closed')))
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Sends a whole request. @returns the status, once the whole answer is there */
  exchange(request: string | Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    this.#waiter = { resolve, reject }
    this.#socket.write(request)
    return promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(piece: Buffer): void {
    this.#received = this.#received.length === 0 ? piece : Buffer.concat([this.#received, piece])
    const headEnd = this.#received.indexOf(END_OF_HEADERS)
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (this.#received.length < headEnd + END_OF_HEADERS.length + length) return
    this.#received = Buffer.alloc(0)
    this.#waiter?.resolve(Number(head.slice(STATUS_AT, STATUS_AT + 3)))
    this.#waiter = undefined
  }

  #fail(error: Error): void {
    this.#waiter?.reject(error)
    this.#waiter = undefined
  }
}
