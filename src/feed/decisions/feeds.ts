import type { DecisionFormat } from './decision-format.ts'
import { DECISION_FORMATS } from './formats.ts'

/** What a consumer has room for, unless somebody asks for another number of entries. */
export interface FeedBudget {
  readonly entries?: number
  /** Of the text, not compressed. Only where each line is a network and nothing else. */
  readonly bytes?: number
  /** IPv6 networks with a longer prefix are not taken; nothing is ever made wider instead. */
  readonly longestIpv6Prefix?: number
  /** There are pages of so many entries. */
  readonly pageEntries?: number
}

/** Decisions in the form and size of one kind of consumer. */
export interface Feed {
  /** As it stands in a URL; without its ending it is found as well. */
  readonly name: string
  readonly format: DecisionFormat
  /** Who reads it. */
  readonly consumer: string
  readonly budget: FeedBudget
}

/** Both nftables and ipset are given sets of 1,048,576 elements. */
const SET_ENTRIES = 1_000_000

/** All feeds; docs/how-to/feeds-for-firewalls.md says where the numbers come from. */
export const FEEDS: readonly Feed[] = [
  feed('plain.txt', 'plain', 'firewalls that read a list of addresses and networks from a URL'),
  feed('bare.txt', 'bare', 'the same without any comment'),
  feed('cidr.txt', 'cidr', 'whatever takes networks only: as few of them as there can be'),
  feed('decisions.csv', 'csv', 'spreadsheets and scripts'),
  feed('decisions.jsonl', 'jsonl', 'scripts: one JSON object a line'),
  feed('nftables.nft', 'nftables', 'nft -f on Linux', { entries: SET_ENTRIES }),
  feed('ipset.txt', 'ipset', 'ipset restore on Linux', { entries: SET_ENTRIES }),
  feed('pf.txt', 'pf', 'pfctl on OpenBSD and FreeBSD'),
  feed('haproxy.map', 'haproxy', 'HAProxy, as a map'),
  feed('nginx-deny.conf', 'nginx-deny', 'nginx, included where it denies'),
  feed('nginx-geo.conf', 'nginx-geo', 'nginx, included in a geo block'),
  feed('paloalto.txt', 'bare', 'Palo Alto external dynamic lists', { entries: 50_000 }),
  feed('fortigate.txt', 'bare', 'FortiGate external resources', { entries: 131_072, bytes: 10_000_000 }),
  feed('pfsense.txt', 'plain', 'pfSense URL table aliases', { entries: 50_000 }),
  feed('opnsense.txt', 'plain', 'OPNsense URL table aliases', { entries: 200_000 }),
  feed('juniper.txt', 'bare', 'Juniper SRX dynamic addresses', { entries: 50_000 }),
  feed('mikrotik.rsc', 'mikrotik', 'MikroTik RouterOS, in pages', { pageEntries: 35_000 }),
  feed('cloudflare.json', 'cloudflare', 'Cloudflare lists', { entries: 10_000, longestIpv6Prefix: 64 }),
  feed('aws-waf.json', 'aws-waf', 'AWS WAF IP sets', { entries: 10_000 }),
  feed('saas.txt', 'bare', 'services that cut a list at 5 MB', { bytes: 5_000_000 }),
]

/** MISP compares every attribute with every other one. */
const MISP_ENTRIES = 50_000

/** The files of a MISP feed; the event is found under its UUID. */
export const MISP_FEEDS = {
  manifest: feed('manifest.json', 'misp-manifest', 'MISP', { entries: MISP_ENTRIES }),
  hashes: feed('hashes.csv', 'misp-hashes', 'MISP', { entries: MISP_ENTRIES }),
  event: feed('event.json', 'misp-event', 'MISP', { entries: MISP_ENTRIES }),
} as const

const FEED_BY_NAME = new Map(
  FEEDS.flatMap((feed) => [feed.name, nameWithoutEnding(feed)].map((name) => [name, feed] as const)),
)

/** @param name with or without its ending: `nftables`, `nftables.nft`, `csv`, `decisions.csv` */
export function findFeed(name: string): Feed | undefined {
  return FEED_BY_NAME.get(name)
}

function feed(
  name: string,
  format: keyof typeof DECISION_FORMATS,
  consumer: string,
  budget: FeedBudget = {},
): Feed {
  return { name, format: DECISION_FORMATS[format], consumer, budget }
}

/** Two feeds are `decisions` with an ending of their own; their ending alone names them. */
function nameWithoutEnding({ name }: Feed): string {
  const [stem = '', ending = ''] = name.split('.')
  return stem === 'decisions' ? ending : stem
}
