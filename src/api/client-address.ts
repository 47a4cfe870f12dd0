import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { type Address, packRange, parseAddress, type Range, rangeContains, wordsOf } from '../ip/index.ts'

/** The header in which proxies say for whom they ask: one, since they hand on what a client writes into any other. */
export const PROXY_HEADERS = ['x-forwarded-for', 'forwarded'] as const
export type ProxyHeader = (typeof PROXY_HEADERS)[number]

/** Which proxies are believed, and in what. */
export interface ProxySettings {
  /** Where they stand; none: no header is looked at. */
  readonly trustedProxies: readonly Range[]
  readonly proxyHeader: ProxyHeader
}

/** Finds out who sent a request; `undefined` when that cannot be told. */
export type FindClient = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => Address | undefined

const clients = new WeakMap<FastifyRequest, Address | undefined>()

/** Keeps for {@link clientAddressOf} who sent the request: once its connection is gone nobody could tell. */
export function noteClient(request: FastifyRequest, findClient: FindClient): void {
  clients.set(request, findClient(request.raw))
}

/**
 * Who sent the request: the other end of the connection or, when that is a trusted proxy, whoever it asks for.
 * @returns `undefined` when a proxy does not say so in a way that can be read
 */
export function clientAddressOf(request: FastifyRequest): Address | undefined {
  return clients.get(request)
}

/**
 * Makes the search for clients. Of the chain of proxies that a header names only its end is known to be true: each proxy
 * writes behind what it was told. So it is read from there, for as long as the one that wrote is trusted.
 */
export function createFindClient({ trustedProxies, proxyHeader }: ProxySettings): FindClient {
  const ranges = trustedProxies.map(packRange).filter((range) => range !== undefined)
  const isTrusted = (address: Address) => {
    const words = wordsOf(address)
    return ranges.some((range) => rangeContains(range, words, 0))
  }
  const chainOf = proxyHeader === 'forwarded' ? forwardedHops : listedHops
  return ({ headers, socket }) => {
    // a link-local peer has a zone, which is not part of the address
    const peer = parseAddress((socket.remoteAddress ?? '').replace(/%.*$/, ''))
    if (peer === undefined || ranges.length === 0 || !isTrusted(peer)) return peer
    let client: Address = peer
    for (const hop of chainOf(textOf(headers[proxyHeader]))) {
      const address = hop === undefined ? undefined : addressOfHop(hop)
      if (address === undefined || !isTrusted(address)) return address
      client = address
    }
    return client
  }
}

/** A header that stands there several times is one list (RFC 9110 section 5.3). */
function textOf(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(',') : (header ?? '')
}

/** The addresses of `X-Forwarded-For`, the nearest first. */
function* listedHops(header: string): Generator<string> {
  if (header.trim() === '') return
  for (let end = header.length; end >= 0; ) {
    const comma = end === 0 ? -1 : header.lastIndexOf(',', end - 1)
    yield header.slice(comma + 1, end).trim()
    end = comma
  }
}

/**
 * One element of `Forwarded` (RFC 7239 section 4) with the comma or the start before it. Inside quotation marks commas and
 * semicolons mean nothing. No part of the pattern can match in two ways, so that it takes time in proportion.
 */
const ELEMENT = /((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:,|$)/gy
const FOR = /(?:^|;)\s*for\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*))\s*(?=;|$)/i

/** The `for` of each element of `Forwarded`, the nearest first; `undefined` for one that does not say it, or cannot be read. */
function forwardedHops(header: string): readonly (string | undefined)[] {
  if (header.trim() === '') return []
  const hops: (string | undefined)[] = []
  ELEMENT.lastIndex = 0
  while (ELEMENT.lastIndex < header.length) {
    const element = ELEMENT.exec(header)
    // an open quotation mark: what stands behind it is nobody's word
    if (element === null) return [undefined]
    const [, quoted, plain] = FOR.exec(element[1] ?? '') ?? []
    hops.push(quoted?.replace(/\\(.)/g, '$1') ?? plain)
  }
  return hops.toReversed()
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`; `unknown` and `_hidden` are none. */
const HOP = /^(?:\[(?<bracketed>[^\]]*)\](?::\d{1,5})?|(?<v4>[\d.]+)(?::\d{1,5})?|(?<plain>.*))$/s

function addressOfHop(hop: string): Address | undefined {
  const { bracketed, v4, plain } = HOP.exec(hop)?.groups ?? {}
  const address = parseAddress(bracketed ?? v4 ?? plain ?? '')
  // brackets are for IPv6 alone; a mapped address in them is one
  return bracketed !== undefined && !bracketed.includes(':') ? undefined : address
}
