import { createHash } from 'node:crypto'
import { namedUuid } from '../named-uuid.ts'
import { type DecisionFeedOptions, type DecisionFormat, shortText } from './decision-format.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const ORGANISATION = { name: 'honeyjam', uuid: namedUuid('organisation') }
/** Words of MISP's core format: completed; medium. */
const COMPLETED = '2'
const MEDIUM = '2'
/** Whoever gets the event decides. */
const INHERIT = '5'

const common = {
  isSingleProtocol: false,
  ends: 'none',
  hasOrigins: true,
  order: 'best-first',
} as const

/** What the manifest and the event say of the event alike: everything that is to be blocked is in one. */
function eventHead({ nowMs, name }: DecisionFeedOptions): Readonly<Record<string, unknown>> {
  return {
    info: `honeyjam ${name}: addresses that attacked`,
    date: new Date(nowMs).toISOString().slice(0, 10),
    analysis: COMPLETED,
    threat_level_id: MEDIUM,
    timestamp: String(Math.floor(nowMs / 1000)),
    Orgc: ORGANISATION,
    Tag: [{ name: 'type:OSINT', colour: '#004646' }],
  }
}

/** `manifest.json` of a MISP feed: which events there are, and since when they are as they are. */
export const mispManifestFormat: DecisionFormat = {
  ...common,
  mediaType: JSON_TYPE,
  extension: 'json',
  *render(decisions, options) {
    for (const _ of decisions) yield ''
    yield JSON.stringify({ [options.uuid]: eventHead(options) })
  },
}

/** The event of a MISP feed (draft-dulaunoy-misp-core-format): an attribute `ip-src` for each decision. */
export const mispEventFormat: DecisionFormat = {
  ...common,
  mediaType: JSON_TYPE,
  extension: 'json',
  *render(decisions, options) {
    const { timestamp, ...head } = eventHead(options)
    const event = { uuid: options.uuid, ...head, timestamp, publish_timestamp: timestamp, published: true }
    yield `{"Event":${JSON.stringify(event).slice(0, -1)},"Attribute":[`
    let separator = ''
    for (const { network, origin } of decisions) {
      const attribute = {
        uuid: namedUuid(options.uuid, network),
        type: 'ip-src',
        category: 'Network activity',
        value: shortText(network),
        to_ids: true,
        comment: origin,
        timestamp,
        distribution: INHERIT,
        disable_correlation: false,
      }
      yield `${separator}${JSON.stringify(attribute)}`
      separator = ','
    }
    yield ']}}'
  },
}

/** `hashes.csv` of a MISP feed: MD5 of each value, by which MISP looks values up without the events. */
export const mispHashesFormat: DecisionFormat = {
  ...common,
  mediaType: 'text/csv; charset=utf-8',
  extension: 'csv',
  hasOrigins: false,
  *render(decisions, options) {
    for (const { network } of decisions)
      yield `${createHash('md5').update(shortText(network)).digest('hex')},${options.uuid}\n`
  },
}
