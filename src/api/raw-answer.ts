import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Refusal } from './refusal.ts'
import { securityHeadersOn } from './security-headers.ts'

/** A refusal as the bytes of an HTTP/1.1 answer, for a socket whose request could not be read. */
export function rawAnswer(socket: Duplex, { status, body, headers }: Refusal): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...securityHeadersOn(socket),
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(text)),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`
}
