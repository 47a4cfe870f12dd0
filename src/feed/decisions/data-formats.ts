import { type DecisionFormat, isIpv4Network } from './decision-format.ts'

/** One JSON object a line (JSON Lines), the last one telling the end. */
export const jsonLinesFormat: DecisionFormat = {
  mediaType: 'application/x-ndjson; charset=utf-8',
  extension: 'jsonl',
  isSingleProtocol: false,
  ends: 'instants',
  hasOrigins: true,
  order: 'best-first',
  *render(decisions, { revision, count, leftOut }) {
    for (const { network, expiresAtMs, origin } of decisions) {
      const expiry = expiresAtMs === Infinity ? null : expiresAtMs
      yield `${JSON.stringify({ network, expiry, origin })}\n`
    }
    yield `${JSON.stringify({ end: true, revision, count, left_out: leftOut })}\n`
  },
}

/** RFC 4180 with a header; `expiry` in epoch milliseconds, empty where there is none. */
export const csvFormat: DecisionFormat = {
  mediaType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  isSingleProtocol: false,
  ends: 'instants',
  hasOrigins: true,
  order: 'best-first',
  *render(decisions) {
    yield 'network,protocol,expiry,origin\r\n'
    for (const { network, expiresAtMs, origin } of decisions) {
      const protocol = isIpv4Network(network) ? 'IPV4' : 'IPV6'
      yield `${network},${protocol},${expiresAtMs === Infinity ? '' : expiresAtMs},${cellOf(origin)}\r\n`
    }
  },
}

/** The input of AWS WAF's `UpdateIPSet` less its lock: `Addresses` of one protocol, in CIDR notation. */
export const awsWafFormat: DecisionFormat = {
  mediaType: 'application/json; charset=utf-8',
  extension: 'json',
  isSingleProtocol: true,
  ends: 'none',
  hasOrigins: false,
  order: 'best-first',
  *render(decisions, { name }) {
    yield `{"Name":${JSON.stringify(`honeyjam-${name}`)},"Scope":"REGIONAL","Addresses":[`
    let separator = ''
    for (const { network } of decisions) {
      yield `${separator}${JSON.stringify(network)}`
      separator = ','
    }
    yield ']}'
  },
}

/** Items for `PUT .../rules/lists/ID/items` of Cloudflare's API. */
export const cloudflareFormat: DecisionFormat = {
  mediaType: 'application/json; charset=utf-8',
  extension: 'json',
  isSingleProtocol: false,
  ends: 'none',
  hasOrigins: true,
  order: 'best-first',
  *render(decisions) {
    let separator = '['
    for (const { network, origin } of decisions) {
      yield `${separator}${JSON.stringify({ ip: network, comment: origin.slice(0, 100) })}`
      separator = ','
    }
    yield separator === '[' ? '[]' : ']'
  },
}

/** Users write names of lists: nothing in a cell may start a formula in a spreadsheet. */
function cellOf(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}
