import { expect, it } from 'vitest'
import { parseAddress, parseRange, type Range } from '../ip/index.ts'
import { isWithin, mayBeUsedFrom } from './key-networks.ts'

const ranges = (...texts: string[]) =>
  texts.map((text) => parseRange(text)).filter((range): range is Range => range !== undefined)

it.each([
  ['192.0.2.7', ['192.0.2.0/24'], true],
  ['192.0.3.7', ['192.0.2.0/24'], false],
  ['::ffff:192.0.2.7', ['198.51.100.1', '192.0.2.7'], true],
  ['2001:db8::1', ['192.0.2.0/24', '2001:db8::/32'], true],
  ['192.0.2.7', ['::/0'], false],
  ['192.0.2.7', [], true],
])('a key used from %s that is bound to %j: %s', (text, networks, expected) => {
  expect(mayBeUsedFrom(ranges(...networks), parseAddress(text))).toBe(expected)
})

it('a key that is bound to networks may not be used by nobody knows whom', () => {
  expect(mayBeUsedFrom(ranges('0.0.0.0/0'), undefined)).toBe(false)
  expect(mayBeUsedFrom([], undefined)).toBe(true)
})

it.each([
  [['192.0.2.0/25'], ['192.0.2.0/24'], true],
  [['192.0.2.0/24'], ['192.0.2.0/24', '2001:db8::/32'], true],
  [['192.0.2.0/23'], ['192.0.2.0/24'], false],
  [['192.0.2.1', '198.51.100.1'], ['192.0.2.0/24'], false],
  [['192.0.2.1'], ['::/0'], false],
  [[], ['192.0.2.0/24'], false],
  [[], [], true],
  [['0.0.0.0/0'], [], true],
])('networks %j are within %j: %s', (inner, outer, expected) => {
  expect(isWithin(ranges(...inner), ranges(...outer))).toBe(expected)
})
