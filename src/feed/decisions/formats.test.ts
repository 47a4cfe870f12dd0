import { describe, expect, it } from 'vitest'
import { parseRange, type Range } from '../../ip/index.ts'
import type { FeedDecision } from './decision-format.ts'
import { DECISION_FORMATS } from './formats.ts'

const NOW_MS = 1_000_000
const OPTIONS = { name: 'mine', revision: 'r1', nowMs: NOW_MS, count: 2, leftOut: 3 }
const DECISIONS: readonly FeedDecision[] = [
  { network: parseRange('192.0.2.1') as Range, expiresAtMs: NOW_MS + 90_000_000, origin: 'ABUSE' },
  { network: parseRange('2001:db8::/48') as Range, expiresAtMs: Infinity, origin: '=1+1, "my list"' },
]
const HEAD = 'honeyjam mine, 2 networks, revision r1, 1970-01-01T00:16:40.000Z'
const END = 'end of 2 networks, 3 more did not fit'

function text(format: keyof typeof DECISION_FORMATS, decisions = DECISIONS): string {
  return [...DECISION_FORMATS[format].render(decisions, OPTIONS)].join('')
}

describe('a feed of decisions', () => {
  it.each([
    ['plain', `# ${HEAD}\n192.0.2.1\n2001:db8::/48\n# ${END}\n`],
    ['pf', `# ${HEAD}\n192.0.2.1\n2001:db8::/48\n# ${END}\n`],
    ['bare', '192.0.2.1\n2001:db8::/48\n'],
    ['cidr', `# ${HEAD}\n192.0.2.1/32\n2001:db8::/48\n# ${END}\n`],
    ['nginx-deny', `# ${HEAD}\ndeny 192.0.2.1;\ndeny 2001:db8::/48;\n# ${END}\n`],
    ['nginx-geo', `# ${HEAD}\n192.0.2.1/32 1;\n2001:db8::/48 1;\n# ${END}\n`],
    ['haproxy', `# ${HEAD}\n192.0.2.1/32 ABUSE\n2001:db8::/48 _1_1_my_list_\n# ${END}\n`],
    [
      'csv',
      `network,protocol,expiry,origin\r\n192.0.2.1/32,IPV4,91000000,ABUSE\r\n2001:db8::/48,IPV6,,"'=1+1, ""my list"""\r\n`,
    ],
    [
      'jsonl',
      '{"network":"192.0.2.1/32","expiry":91000000,"origin":"ABUSE"}\n' +
        '{"network":"2001:db8::/48","expiry":null,"origin":"=1+1, \\"my list\\""}\n' +
        '{"end":true,"revision":"r1","count":2,"left_out":3}\n',
    ],
    ['aws-waf', '{"Name":"honeyjam-mine","Scope":"REGIONAL","Addresses":["192.0.2.1/32","2001:db8::/48"]}'],
    [
      'cloudflare',
      '[{"ip":"192.0.2.1/32","comment":"ABUSE"},{"ip":"2001:db8::/48","comment":"=1+1, \\"my list\\""}]',
    ],
  ] as const)('has the form of %s', (format, expected) => {
    expect(text(format)).toBe(expected)
  })

  it('keeps times in the sets of nftables and ipset', () => {
    expect(text('nftables')).toContain('add element inet honeyjam_mine deny4 { 192.0.2.1 timeout 1d3600s }\n')
    expect(text('nftables')).toMatch(/deny6 \{ 2001:db8::-2001:db8:0:ffff:[f:]+ \}\n/)
    expect(text('ipset')).toContain('add honeyjam-mine-4n 192.0.2.1/32 timeout 90000\n')
    expect(text('ipset')).toContain('add honeyjam-mine-6n 2001:db8::/48 timeout 0\n')
  })

  it('adds in RouterOS before it removes, and removes nothing when it holds nothing', () => {
    const lines = text('mikrotik').split('\n')
    expect(lines.findIndex((line) => line.startsWith('remove '))).toBeGreaterThan(
      lines.findLastIndex((line) => line.includes(' add ')),
    )
    expect(text('mikrotik', [])).not.toContain('remove')
  })

  it.each(['aws-waf', 'cloudflare'] as const)('is valid when there is nothing to block: %s', (format) => {
    expect(() => JSON.parse(text(format, [])) as unknown).not.toThrow()
  })
})
