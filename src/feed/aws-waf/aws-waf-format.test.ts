import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anyEntry, entry } from '../../../test/support/entries.ts'
import { parseRange } from '../../ip/index.ts'
import { awsWafFormat } from './aws-waf-format.ts'

function render(entries: Parameters<typeof awsWafFormat.render>[0], protocol: 'IPV4' | 'IPV6'): unknown {
  return JSON.parse([...awsWafFormat.render(entries, { protocol })].join(''))
}

describe('the AWS WAF form of the reported list', () => {
  it('is the input of CreateIPSet', () => {
    expect(render([entry('192.0.2.7'), entry('192.0.2.8')], 'IPV4')).toEqual({
      Name: 'honeyjam-reported-ipv4',
      Scope: 'REGIONAL',
      Description: 'Addresses reported to honeyjam',
      IPAddressVersion: 'IPV4',
      Addresses: ['192.0.2.7/32', '192.0.2.8/32'],
    })
  })

  it('is valid when the list is empty', () => {
    expect(render([], 'IPV6')).toMatchObject({ IPAddressVersion: 'IPV6', Addresses: [] })
  })

  it('keeps to what AWS allows in a name and a description', () => {
    expect(render([], 'IPV4')).toMatchObject({
      Name: expect.stringMatching(/^[\w-]{1,128}$/) as string,
      Description: expect.stringMatching(/^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]$/) as string,
    })
  })

  it('does not hold both protocols', () => {
    expect(() => [...awsWafFormat.render([], { protocol: 'ALL' })]).toThrow(TypeError)
    expect(awsWafFormat.isSingleProtocol).toBe(true)
  })

  test('every address is a canonical range of one', () => {
    for (const [protocol, text] of [['IPV4', fc.ipV4()] as const, ['IPV6', anyIpv6()] as const]) {
      fc.assert(
        fc.property(fc.array(anyEntry(text), { maxLength: 20 }), (entries) => {
          expect(render(entries, protocol)).toMatchObject({
            Addresses: entries.map(({ address }) => parseRange(address)),
          })
        }),
      )
    }
  })
})

/** IPv6 that is not an IPv4 address in disguise. */
function anyIpv6(): fc.Arbitrary<string> {
  return fc.array(fc.integer({ min: 1, max: 65_535 }), { minLength: 8, maxLength: 8 }).map(toHexGroups)
}

function toHexGroups(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}
