import { awsWafFormat, cloudflareFormat, csvFormat, jsonLinesFormat } from './data-formats.ts'
import type { DecisionFormat } from './decision-format.ts'
import {
  bareFormat,
  cidrFormat,
  haproxyFormat,
  nginxDenyFormat,
  nginxGeoFormat,
  pfFormat,
  plainFormat,
} from './line-formats.ts'
import { mispEventFormat, mispHashesFormat, mispManifestFormat } from './misp-formats.ts'
import { ipsetFormat, mikrotikFormat, nftablesFormat } from './script-formats.ts'

/** Forms of an account's decisions by the name consumers ask for. */
export const DECISION_FORMATS = {
  plain: plainFormat,
  bare: bareFormat,
  cidr: cidrFormat,
  csv: csvFormat,
  jsonl: jsonLinesFormat,
  nftables: nftablesFormat,
  ipset: ipsetFormat,
  pf: pfFormat,
  mikrotik: mikrotikFormat,
  haproxy: haproxyFormat,
  'nginx-deny': nginxDenyFormat,
  'nginx-geo': nginxGeoFormat,
  'aws-waf': awsWafFormat,
  cloudflare: cloudflareFormat,
  'misp-manifest': mispManifestFormat,
  'misp-event': mispEventFormat,
  'misp-hashes': mispHashesFormat,
} satisfies Record<string, DecisionFormat>
