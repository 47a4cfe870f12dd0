import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { address } from '../../../test/support/entries.ts'
import { classifyAddress, packRange, rangeContains, wordsOf } from '../../ip/index.ts'
import { RESOURCE_TYPES, type ResourceType } from './list-rows.ts'
import { type ElementRules, parseElement } from './parse-element.ts'

function parse(
  text: string,
  resourceType: ResourceType,
  purpose: ElementRules['purpose'] = 'deny',
  acceptPrivate = false,
) {
  const parsed = parseElement(text, { resourceType, purpose, acceptPrivate })
  return parsed.kind === 'element' ? parsed.element : undefined
}

describe('an element of a list', () => {
  it.each<readonly [ResourceType, text: string, element: string | undefined]>([
    ['CIDR', ' 8.8.8.9/24 ', '8.8.8.0/24'],
    ['CIDR', '8.8.8.8', '8.8.8.8/32'],
    ['CIDR', '::ffff:8.8.8.8', '8.8.8.8/32'],
    ['CIDR', '2A00::1', '2a00::1/128'],
    ['CIDR', '2a00::/19', '2a00::/19'],
    ['CIDR', '2a00::/18', undefined],
    ['CIDR', '8.0.0.0/8', '8.0.0.0/8'],
    ['CIDR', '8.0.0.0/7', undefined],
    ['CIDR', '0.0.0.0/0', undefined],
    ['CIDR', '::/0', undefined],
    ['CIDR', '10.1.0.0/16', undefined],
    ['CIDR', '192.0.0.0/8', undefined],
    ['CIDR', '192.168.1.1', undefined],
    ['CIDR', '8.8.8.8/33', undefined],
    ['CIDR', 'DE', undefined],
    ['COUNTRY', 'de', 'DE'],
    ['COUNTRY', 'XX', undefined],
    ['CONTINENT', 'eu', 'EU'],
    ['CONTINENT', 'UE', undefined],
    ['AS', 'AS64500', '64500'],
    ['AS', '0064500', '64500'],
    ['AS', '4294967295', '4294967295'],
    ['AS', '4294967296', undefined],
    ['AS', '0', undefined],
    ['AS', '-1', undefined],
    ['DATACENTER', 'AWS_EU_1', 'AWS_EU_1'],
    ['DATACENTER', 'aws', undefined],
    ['DATACENTER', 'A'.repeat(65), undefined],
    ['USERAGENT', 'Mozilla/5.0 (compatible)', 'Mozilla/5.0 (compatible)'],
    ['USERAGENT', 'a\u0000b', undefined],
    ['USERAGENT', ' ', undefined],
    ['USERAGENT', 'x'.repeat(513), undefined],
  ])('of kind %s: %j is %j', (resourceType, text, element) => {
    expect(parse(text, resourceType)).toBe(element)
  })

  it('of an allowlist may be private, and of a denylist where those are accepted', () => {
    expect(parse('0.0.0.0/0', 'CIDR', 'allow')).toBeUndefined()
    expect(parse('0.0.0.0/0', 'CIDR', 'remove')).toBe('0.0.0.0/0')
    expect(parse('10.0.0.0/8', 'CIDR', 'allow')).toBe('10.0.0.0/8')
    expect(parse('10.0.0.0/8', 'CIDR', 'deny', true)).toBe('10.0.0.0/8')
    expect(parse('224.0.0.1', 'CIDR', 'deny', true)).toBeUndefined()
  })

  test('is parsed to itself again', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.ipV4(),
      fc.ipV6(),
      fc.nat().map(String),
      fc.constantFrom('de', 'EU'),
    )
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom(...RESOURCE_TYPES),
        fc.boolean(),
        (text, resourceType, acceptPrivate) => {
          const element = parse(text, resourceType, 'deny', acceptPrivate)
          fc.pre(element !== undefined)
          expect(parse(element, resourceType, 'deny', acceptPrivate)).toBe(element)
        },
      ),
    )
  })

  test('of a denylist never holds an address that is not public', () => {
    const special = fc.constantFrom(
      '10.0.0.1',
      '192.168.0.1',
      '127.0.0.1',
      '169.254.1.1',
      '100.64.0.1',
      'fe80::1',
      'fc00::1',
      '2001:db8::1',
    )
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6(), special), fc.nat(128), special, (text, length, inside) => {
        const range = `${text}/${text.includes(':') ? length : length % 33}`
        const element = parse(range, 'CIDR')
        fc.pre(element !== undefined)
        expect(classifyAddress(address(inside))).not.toBe('public')
        expect(rangeContains(packRange(element)!, wordsOf(address(inside)), 0)).toBe(false)
      }),
    )
  })
})
