import type { FastifyRequest } from 'fastify'
import { type Address, parseAddress } from '../ip/index.ts'

/** Who sent the request, as far as is known: the other end of the connection; `undefined` once that is gone. */
export function clientAddressOf(request: FastifyRequest): Address | undefined {
  // a link-local peer has a zone, which is not part of the address
  return parseAddress((request.socket.remoteAddress ?? '').replace(/%.*$/, ''))
}
