import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Range } from '../ip/index.ts'
import { createFindClient, type ProxyHeader } from './client-address.ts'

const PROXIES = ['10.0.0.0/8', '127.0.0.1/32', '2001:db8:aaaa::/48'] as Range[]

function clientOf(
  peer: string | undefined,
  header: string | string[] | undefined,
  { name = 'x-forwarded-for', proxies = PROXIES }: { name?: ProxyHeader; proxies?: readonly Range[] } = {},
) {
  const find = createFindClient({ trustedProxies: proxies, proxyHeader: name })
  return find({ headers: { [name]: header }, socket: { remoteAddress: peer } as never })
}

describe('the client of a request', () => {
  test('is the other end of the connection, whatever is written, when no proxy is trusted', () => {
    const anything = fc.oneof(fc.string(), fc.ipV4(), fc.constant('for=192.0.2.1'))
    fc.assert(
      fc.property(
        fc.ipV4(),
        anything,
        fc.constantFrom('x-forwarded-for', 'forwarded'),
        (peer, header, name) => {
          expect(clientOf(peer, header, { name, proxies: [] })).toBe(peer)
        },
      ),
    )
  })

  test('is the other end, whatever is written, when that is not a trusted proxy', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (header) => {
        expect(clientOf('192.0.2.9', header)).toBe('192.0.2.9')
        expect(clientOf('192.0.2.9', `for=${header}`, { name: 'forwarded' })).toBe('192.0.2.9')
      }),
    )
  })

  it.each([
    ['a proxy that says nothing', '10.1.1.1', undefined, '10.1.1.1'],
    ['a proxy that says nothing but a space', '10.1.1.1', ' ', '10.1.1.1'],
    ['one proxy', '10.1.1.1', '192.0.2.1', '192.0.2.1'],
    ['a mapped proxy', '::ffff:10.1.1.1', '192.0.2.1', '192.0.2.1'],
    ['a proxy over IPv6', '2001:db8:aaaa::5', '2001:db8::1', '2001:db8::1'],
    ['two proxies', '10.1.1.1', '192.0.2.1, 10.2.2.2', '192.0.2.1'],
    ['what the client wrote before', '10.1.1.1', '198.51.100.1, 192.0.2.1, 10.2.2.2', '192.0.2.1'],
    ['a client that names a proxy', '10.1.1.1', '10.9.9.9, 192.0.2.1', '192.0.2.1'],
    ['nothing but proxies', '10.1.1.1', '10.3.3.3, 10.2.2.2', '10.3.3.3'],
    ['a port', '10.1.1.1', '192.0.2.1:4711', '192.0.2.1'],
    ['IPv6 with a port', '10.1.1.1', '[2001:db8::1]:4711', '2001:db8::1'],
    ['IPv6 in brackets', '10.1.1.1', '[2001:DB8:0::1]', '2001:db8::1'],
    ['a mapped client', '10.1.1.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['two lines of the header', '10.1.1.1', ['198.51.100.1', '192.0.2.1, 10.2.2.2'], '192.0.2.1'],
    ['a word', '10.1.1.1', '192.0.2.1, unknown', undefined],
    ['garbage behind a proxy', '10.1.1.1', 'x y, 10.2.2.2', undefined],
    ['an empty place', '10.1.1.1', '192.0.2.1,,10.2.2.2', undefined],
    ['a comma at the end', '10.1.1.1', '192.0.2.1,', undefined],
    ['a port that is none', '10.1.1.1', '192.0.2.1:port', undefined],
    ['brackets around IPv4', '10.1.1.1', '[192.0.2.1]', undefined],
    ['a zone', '10.1.1.1', 'fe80::1%eth0', undefined],
    ['a range', '10.1.1.1', '192.0.2.0/24', undefined],
    ['a connection that is gone', undefined, '192.0.2.1', undefined],
  ])('is found in X-Forwarded-For from its end on: %s', (_what, peer, header, client) => {
    expect(clientOf(peer, header)).toBe(client)
  })

  it.each([
    ['one proxy', 'for=192.0.2.1', '192.0.2.1'],
    ['other parameters', 'proto=https;For=192.0.2.1;by=203.0.113.43;host=example.org', '192.0.2.1'],
    ['IPv6 with a port', 'for="[2001:db8::1]:4711"', '2001:db8::1'],
    ['two proxies', 'for=192.0.2.1, for=10.2.2.2', '192.0.2.1'],
    ['what the client wrote before', 'for=198.51.100.1, for=192.0.2.1;proto=http', '192.0.2.1'],
    ['a comma in quotation marks', 'for=192.0.2.1;host="a,for=198.51.100.1"', '192.0.2.1'],
    ['a quoted pair', 'for="192.0.2\\.1"', '192.0.2.1'],
    ['an obfuscated identifier', 'for=192.0.2.1, for=_hidden', undefined],
    ['an unknown client', 'for=unknown', undefined],
    ['an element without for', 'for=192.0.2.1, proto=https', undefined],
    ['an open quotation mark', 'for=192.0.2.1, for="10.2.2.2', undefined],
    ['another parameter that ends in for', 'xfor=192.0.2.1', undefined],
    ['no parameter at all', '192.0.2.1', undefined],
    ['nothing', '', '10.1.1.1'],
  ])('is found in Forwarded: %s', (_what, header, client) => {
    expect(clientOf('10.1.1.1', header, { name: 'forwarded' })).toBe(client)
  })

  test('is never a forged address, however many hops a client writes before those of the proxies', () => {
    const forged = fc.array(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('unknown', '', '_x', '10.0.0.9')),
      {
        maxLength: 500,
      },
    )
    const proxies = fc.array(fc.constantFrom('10.0.0.1', '10.0.0.2:80', '2001:db8:aaaa::1'), { maxLength: 4 })
    fc.assert(
      fc.property(forged, proxies, (before, behind) => {
        expect(clientOf('10.1.1.1', [...before, '192.0.2.1', ...behind].join(', '))).toBe('192.0.2.1')
      }),
    )
  })

  test('is looked for in time that grows with the header alone', () => {
    for (const piece of ['10.0.0.1,', '"', ';', 'for=', '\\', '[']) {
      const header = piece.repeat(16_000 / piece.length)
      expect(clientOf('10.1.1.1', header, { name: 'forwarded' }) ?? 'none').toBeTypeOf('string')
      expect(clientOf('10.1.1.1', header) ?? 'none').toBeTypeOf('string')
    }
  })
})
