import { describe, expect, it, test } from 'vitest'
import { parseRange, type Range } from '../../ip/index.ts'
import type { FeedDecision } from './decision-format.ts'
import { DECISION_FORMATS } from './formats.ts'

const NOW_MS = 1_000_000
const OPTIONS = {
  name: 'mine',
  uuid: 'f0000000-0000-5000-8000-000000000000',
  revision: 'r1',
  nowMs: NOW_MS,
  count: 2,
  leftOut: 3,
  page: 2,
  protocol: 'IPV4',
} as const
const DECISIONS: readonly FeedDecision[] = [
  { network: parseRange('192.0.2.1') as Range, expiresAtMs: NOW_MS + 90_000_000, origin: 'ABUSE' },
  { network: parseRange('2001:db8::/48') as Range, expiresAtMs: Infinity, origin: '=1+1, "my list"' },
]
const HEAD = 'honeyjam mine, 2 networks, revision r1, 1970-01-01T00:16:40.000Z'
const END = 'end of 2 networks, 3 more did not fit'

function text(format: keyof typeof DECISION_FORMATS, decisions = DECISIONS): string {
  return [...DECISION_FORMATS[format].render(decisions, OPTIONS)].join('')
}

test('each format says truly whether it tells of ends and of reasons', () => {
  for (const [name, format] of Object.entries(DECISION_FORMATS)) {
    // says when the event changed, of which it shows nothing
    if (name === 'misp-manifest') continue
    const [first] = DECISIONS
    const of_ = (change: Partial<FeedDecision>, nowMs = NOW_MS) =>
      [...format.render([{ ...first!, ...change }], { ...OPTIONS, nowMs })]
        .join('')
        .replaceAll(/^#.*$|"(date|(publish_)?timestamp)":"\d+[-\d]*"/gm, '')
    const base = of_({})
    const later = of_({ expiresAtMs: first!.expiresAtMs + 3_600_000 }) !== base
    expect({ name, ends: later }).toEqual({ name, ends: format.ends !== 'none' })
    expect({ name, ages: of_({}, NOW_MS + 3_600_000) !== base }).toEqual({
      name,
      ages: format.ends === 'time-left',
    })
    expect({ name, origins: of_({ origin: 'other' }) !== base }).toEqual({ name, origins: format.hasOrigins })
  }
})

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
    expect(text('nftables')).toContain(
      'add element inet honeyjam_mine deny4 {\n192.0.2.1 timeout 1d3600s\n}\n',
    )
    expect(text('nftables')).toMatch(/deny6 \{\n2001:db8::-2001:db8:0:ffff:[f:]+\n\}\n/)
    expect(text('ipset')).toContain('add honeyjam-mine-4n 192.0.2.1/32 timeout 90000\n')
    expect(text('ipset')).toContain('add honeyjam-mine-6n 2001:db8::/48 timeout 0\n')
  })

  it('fills sets of nftables in few commands, whatever they are made of', () => {
    const many = Array.from({ length: 1201 }, (_, at) => ({
      network: parseRange(at < 800 ? `8.0.${at >> 8}.${at & 255}` : `9.${at >> 8}.${at & 255}.0/24`) as Range,
      expiresAtMs: NOW_MS + 1000,
      origin: '',
    }))
    const commands = text('nftables', many).match(/^add element .*$/gm)
    expect(commands).toEqual([
      'add element inet honeyjam_mine deny4 {',
      'add element inet honeyjam_mine deny4 {',
      'add element inet honeyjam_mine deny4_nets {',
    ])
    expect(text('nftables', many).match(/ timeout 0d1s/g)).toHaveLength(1201)
  })

  it('adds in RouterOS before it removes, and removes entries of the same page alone', () => {
    const lines = text('mikrotik').trimEnd().split('\n')
    const removing =
      'remove [find where list=honeyjam-mine comment~"^honeyjam p2 " comment!="honeyjam p2 r1"]'
    expect(lines.indexOf(removing)).toBe(lines.length - 2)
    expect(lines.filter((line) => line.includes(' add '))).toHaveLength(DECISIONS.length)
    // whatever was there before is not wanted any more
    expect(text('mikrotik', [])).toContain(removing)
    expect(text('mikrotik', [])).toContain('/ip firewall address-list\n')
  })

  it('keeps what users wrote on its own line and in its own place', () => {
    const [first] = DECISIONS
    const origin = 'x"\\;}\n0.0.0.0/0\r\n0.0.0.0/0;\u2028,0.0.0.0/0 #'
    for (const [name, format] of Object.entries(DECISION_FORMATS)) {
      const render = (decision: FeedDecision) => [...format.render([decision], OPTIONS)].join('')
      const [hostile, harmless] = [render({ ...first!, origin }), render(first!)]
      // the cell of a CSV may hold lines, in quotation marks
      const lines = name === 'csv' ? hostile.replaceAll(/"(?:[^"]|"")*"/g, '') : hostile
      expect([name, lines.split(/\n|\r/).length]).toEqual([name, harmless.split(/\n|\r/).length])
    }
    const map = [...DECISION_FORMATS.haproxy.render([{ ...first!, origin }], OPTIONS)].join('')
    expect(map).toMatch(/^192\.0\.2\.1\/32 [\w-]+$/m)
  })

  it.each(['aws-waf', 'cloudflare'] as const)('is valid when there is nothing to block: %s', (format) => {
    expect(() => JSON.parse(text(format, [])) as unknown).not.toThrow()
  })
})
