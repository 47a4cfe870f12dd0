import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { boundsOf } from '../../ip/index.ts'
import { type Network, parseNetwork } from '../networks.ts'
import { ProtectedSet } from './protected-set.ts'

function network(text: string): Network {
  const parsed = parseNetwork(text)
  if (parsed === undefined) throw new TypeError(text)
  return parsed
}

function protect(...texts: string[]): ProtectedSet {
  return new ProtectedSet(texts.map((text) => ({ network: network(text), reason: 'fixed' })))
}

const anyNetwork = fc
  .tuple(fc.nat(1), fc.nat(255), fc.integer({ min: 25, max: 32 }))
  .map(([third, last, length]) => network(`10.1.${third}.${last}/${length}`))

describe('a protected set', () => {
  test('cuts out exactly what is protected', () => {
    fc.assert(
      fc.property(anyNetwork, fc.array(anyNetwork, { maxLength: 5 }), (wanted, texts) => {
        const parts = protect(...texts)
          .cutOut(wanted)
          .map(boundsOf)
        const guards = texts.map(boundsOf)
        const { first, last } = boundsOf(wanted)
        for (let address = first; address <= last; address++) {
          const isGuarded = guards.some((each) => each.first <= address && address <= each.last)
          const found = parts.filter((part) => part.first <= address && address <= part.last)
          expect(found).toHaveLength(isGuarded ? 0 : 1)
        }
        const total = parts.reduce((sum, part) => sum + (part.last - part.first + 1n), 0n)
        expect(total).toBeLessThanOrEqual(last - first + 1n)
      }),
      { numRuns: 60 },
    )
  })

  it('spares a whole /64 for one address in it', () => {
    const guard = protect('2001:db8:1:2::9', '192.0.2.1')
    expect(guard.cutOut(network('2001:db8:1:2::/64'))).toEqual([])
    expect(guard.cutOut(network('2001:db8:1:2::8'))).toEqual(['2001:db8:1:2::8'])
    expect(guard.cutOut(network('192.0.2.1'))).toEqual([])
    expect(guard.cutOut(network('192.0.2.2'))).toEqual(['192.0.2.2'])
  })

  it('says what protects a part of a network', () => {
    const guard = protect('192.0.2.1', '198.51.100.0/24')
    expect(guard.why(network('192.0.2.0/24'))).toEqual([{ network: '192.0.2.1', reason: 'fixed' }])
    expect(guard.why(network('198.51.100.7'))).toEqual([{ network: '198.51.100.0/24', reason: 'fixed' }])
    expect(guard.why(network('::/19'))).toEqual([])
  })
})
