import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseAddress } from './address.ts'
import { type AddressClass, classifyAddress, isNeverSource } from './classify.ts'

/** First, last, the one before and the one behind of each special range (IANA special-purpose registries). */
const EDGES: readonly (readonly [
  AddressClass,
  first: string,
  last: string,
  before: string,
  behind: string,
])[] = [
  ['unspecified', '0.0.0.0', '0.255.255.255', '', '1.0.0.0'],
  ['private', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['shared', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['loopback', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['link-local', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['private', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['reserved', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['documentation', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['private', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['benchmark', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['documentation', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['documentation', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['multicast', '224.0.0.0', '239.255.255.255', '223.255.255.255', ''],
  ['reserved', '240.0.0.0', '255.255.255.254', '', ''],
  ['broadcast', '255.255.255.255', '255.255.255.255', '', ''],
  ['documentation', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', '2001:db7::', '2001:db9::'],
  ['documentation', '3fff::', '3fff:fff:ffff::', '3ffe:ffff::', '3fff:1000::'],
  ['reserved', '2002::', '2002:ffff::', '2001:ffff::', '2003::'],
  ['reserved', '2001::', '2001:0:ffff::', '2000:ffff::', '2001:200::'],
  ['public', '2000::', '2000:ffff::', '', ''],
]

/**
 * What Python's `ipaddress` (3.11.7: `is_global`, neither multicast nor reserved, mapped addresses unwrapped) calls
 * public, looked up by hand; the truth of recorded logs was computed with it.
 */
const PUBLIC_IN_PYTHON = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.0',
  '169.255.0.0',
  '172.32.0.0',
  '192.0.1.0',
  '192.31.196.1',
  '192.52.193.1',
  '192.88.99.1',
  '192.175.48.1',
  '198.20.0.0',
  '223.255.255.255',
  '2000::',
  '2001:200::1',
  '2001:db9::',
  '2003::1',
  '2606:4700::1',
  '2620:4f:8000::1',
  '::ffff:8.8.8.8',
]
const NOT_PUBLIC_IN_PYTHON = [
  '0.1.2.3',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.1.1',
  '172.16.0.1',
  '192.0.0.170',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::2',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:2::1',
  '2001:10::1',
  '2001:db8::1',
  '4000::',
  '5f00::1',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '::ffff:10.0.0.1',
]
/** Where the registries of today say otherwise than that Python, or we do on purpose. */
const DIFFERENCES: readonly (readonly [address: string, ours: boolean, why: string])[] = [
  [
    '192.0.0.9',
    true,
    'port control anycast is globally reachable; both agree, cut out of a range that is not',
  ],
  [
    '192.0.0.8',
    false,
    'all else of 192.0.0.0/24 is not globally reachable (RFC 6890); Python names parts of it',
  ],
  ['2002:808:808::1', false, '6to4 is retired (RFC 7526): such a source does not say who sent the packet'],
  ['3fff::1', false, 'documentation since RFC 9637, which is younger than that Python'],
  ['fec0::1', false, 'site-local is deprecated (RFC 3879); Python still sees a global address'],
  ['2001:1::1', true, 'port control anycast, inside the protocol assignments'],
  ['2001:3::1', true, 'AMT, inside the protocol assignments'],
  ['2001:4:112::1', true, 'AS112, inside the protocol assignments'],
  ['2001:20::1', true, 'ORCHIDv2, inside the protocol assignments'],
  ['2001:30::1', true, 'drone remote id, inside the protocol assignments'],
  ['64:ff9b::808:808', false, 'a translator stands between: blocking it blocks whoever comes through next'],
]

describe('classifyAddress', () => {
  it.each(EDGES)('calls all from %s to the last %s', (addressClass, first, last) => {
    expect([classify(first), classify(last)]).toEqual([addressClass, addressClass])
  })

  it.each(EDGES.filter(([, , , before, behind]) => before + behind !== ''))(
    'ends %s where the registry ends it (%s to %s)',
    (_class, _first, _last, ...outside) => {
      expect(outside.filter((address) => address !== '').map(classify)).toEqual(
        outside.filter((address) => address !== '').map(() => 'public'),
      )
    },
  )

  it.each(PUBLIC_IN_PYTHON)('calls %s public', (address) => {
    expect(classify(address)).toBe('public')
  })

  it.each(NOT_PUBLIC_IN_PYTHON)('does not call %s public', (address) => {
    expect(classify(address)).not.toBe('public')
  })

  it.each(DIFFERENCES)('decides %s by itself (public: %s): %s', (address, isPublic) => {
    expect(classify(address) === 'public').toBe(isPublic)
  })

  const logs = fileURLToPath(new URL('../../../shared/data/cowrie-logs', import.meta.url))
  it.skipIf(!existsSync(logs))('sorts the sources of recorded logs as their truth does', () => {
    const { files } = JSON.parse(readFileSync(join(logs, 'expected.json'), 'utf8')) as {
      files: { file: string; any_event_distinct_by_class: Record<string, number> }[]
    }
    const counted = files.map(({ file }) => countSources(readFileSync(join(logs, file), 'utf8')))
    expect(counted).toEqual(files.map(({ any_event_distinct_by_class }) => any_event_distinct_by_class))
  })
})

describe('isNeverSource', () => {
  it('is true for what no packet comes from, and not for private addresses, which a decoy may stand among', () => {
    const never = ['0.0.0.0', '::', '224.0.0.1', 'ff02::1', '255.255.255.255']
    const possible = ['10.0.0.1', '127.0.0.1', 'fe80::1', '192.0.2.1', '100.64.0.1', '8.8.8.8']
    expect(never.map((text) => isNeverSource(classify(text)))).toEqual(never.map(() => true))
    expect(possible.map((text) => isNeverSource(classify(text)))).toEqual(possible.map(() => false))
  })
})

function classify(text: string): AddressClass {
  const address = parseAddress(text)
  if (address === undefined) throw new TypeError(`the test is wrong: ${text}`)
  return classifyAddress(address)
}

function countSources(log: string): Record<string, number> {
  const sources = new Set(
    log
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { src_ip?: string }).src_ip ?? ''),
  )
  sources.delete('')
  const counts: Record<string, number> = {}
  for (const source of sources) {
    const addressClass = classify(source)
    counts[addressClass] = (counts[addressClass] ?? 0) + 1
  }
  return counts
}
