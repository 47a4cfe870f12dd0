import { connect } from 'node:net'

/** An HTTP/1.1 answer as it stood on the socket. */
export interface RawAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  /** Everything behind the headers. */
  readonly body: string
}

/**
 * Sends bytes over a socket of its own and reads until the server closes, or until an answer with a `Content-Length` is
 * whole.
 * @param thenEnd says to the server that nothing more will come
 * @returns `undefined` when the server closed without an answer
 */
export async function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { thenEnd = false }: { readonly thenEnd?: boolean } = {},
): Promise<RawAnswer | undefined> {
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('latin1')
    socket.on('connect', () => (thenEnd ? socket.end(bytes) : socket.write(bytes)))
    socket.on('data', (chunk: string) => {
      received += chunk
      if (isWhole(received)) socket.destroy()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // the server may close while the rest of a bad request is still on its way
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error)
    })
    socket.on('close', () => resolve(received))
  })
  return text === '' ? undefined : parseAnswer(text)
}

function isWhole(text: string): boolean {
  const { headers, body } = parseAnswer(text)
  const length = headers.get('content-length')
  return length !== undefined && body.length >= Number(length)
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  return {
    status: Number(statusLine.split(' ')[1] ?? Number.NaN),
    headers: new Map(headers),
    body: end < 0 ? '' : text.slice(end + 4),
  }
}
