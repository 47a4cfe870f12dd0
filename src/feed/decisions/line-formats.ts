import { joinNetworks } from '../../ip/index.ts'
import {
  type DecisionFeedOptions,
  type DecisionFormat,
  endLine,
  type FeedDecision,
  headLine,
  shortText,
} from './decision-format.ts'

const TEXT = 'text/plain; charset=utf-8'

interface LineFormat {
  readonly extension: string
  readonly line: (decision: FeedDecision) => string
  /** What starts a comment line; without it neither head nor end is written. */
  readonly comment?: string
  readonly hasOrigins?: boolean
}

/** One decision a line, between two comments that say how many there are. */
function lineFormat({ extension, line, comment, hasOrigins = false }: LineFormat): DecisionFormat {
  const commentLine = (text: string) => (comment === undefined ? '' : `${comment} ${text}\n`)
  return {
    mediaType: TEXT,
    extension,
    isSingleProtocol: false,
    ends: 'none',
    hasOrigins,
    order: 'best-first',
    *render(decisions: Iterable<FeedDecision>, options: DecisionFeedOptions) {
      yield commentLine(headLine(options))
      for (const decision of decisions) yield `${line(decision)}\n`
      yield commentLine(endLine(options))
    },
  }
}

/** One address or network a line, single addresses without a length: most firewalls that read a URL take it. */
export const plainFormat = lineFormat({
  extension: 'txt',
  comment: '#',
  line: ({ network }) => shortText(network),
})

/** As few networks as hold the same addresses and no other, with a length on every line. */
export const cidrFormat: DecisionFormat = {
  mediaType: TEXT,
  extension: 'txt',
  isSingleProtocol: false,
  ends: 'none',
  hasOrigins: false,
  order: 'by-address',
  *render(decisions, options) {
    yield `# ${headLine(options)}\n`
    let count = 0
    for (const network of joinNetworks(networksOf(decisions))) {
      if (network !== undefined) count++
      yield network === undefined ? '' : `${network}\n`
    }
    yield `# ${endLine({ ...options, count })}\n`
  },
}

/** As {@link plainFormat} without any comment: PAN-OS, FortiOS and others may read one as an entry that is wrong. */
export const bareFormat = lineFormat({ extension: 'txt', line: ({ network }) => shortText(network) })

/** A table file of pf(4), for `pfctl -t NAME -T replace -f FILE`. */
export const pfFormat = lineFormat({
  extension: 'txt',
  comment: '#',
  line: ({ network }) => shortText(network),
})

/** A file for `include` in nginx, of ngx_http_access_module. */
export const nginxDenyFormat = lineFormat({
  extension: 'conf',
  comment: '#',
  line: ({ network }) => `deny ${shortText(network)};`,
})

/** A file for `include` inside a `geo` block of nginx (ngx_http_geo_module): 1 for what is to be blocked. */
export const nginxGeoFormat = lineFormat({
  extension: 'conf',
  comment: '#',
  line: ({ network }) => `${network} 1;`,
})

/** A map file of HAProxy, for `src,map_ip(FILE)`: network and reason. */
export const haproxyFormat = lineFormat({
  extension: 'map',
  comment: '#',
  hasOrigins: true,
  line: ({ network, origin }) => `${network} ${wordOf(origin)}`,
})

function* networksOf(decisions: Iterable<FeedDecision>): Generator<string> {
  for (const { network } of decisions) yield network
}

/** One word of letters, digits, `-` and `_`, whatever users wrote. */
function wordOf(text: string): string {
  const word = text.replaceAll(/[^\w-]+/g, '_').slice(0, 64)
  return word === '' ? '_' : word
}
