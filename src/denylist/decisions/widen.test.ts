import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packRange, rangeContains, rangeText, Shield } from '../../ip/index.ts'
import { type Subject, subjectsOf } from './widen.ts'

const NOTHING = new Shield([])

interface Listed {
  readonly words: Uint32Array
  readonly expiresAtMs: number
}

function member(text: string, expiresAtMs: number): Listed {
  return { words: packRange(text)!.words, expiresAtMs }
}

function subjects(listed: readonly Listed[], shield: Shield): readonly Subject[] {
  const members = listed.map(({ words, expiresAtMs }, row) => {
    return { secondWord: words[1]!, row, expiresAtMs, origin: 0 }
  })
  const firstWord = listed[0]?.words[0] ?? 0
  return subjectsOf(members, { firstWord, shield, wordsOf: (row) => listed[row]!.words })
}

function shown(listed: readonly Listed[], shield = NOTHING): readonly string[] {
  return subjects(listed, shield)
    .map(({ range, expiresAtMs }) => `${rangeText(range)} ${expiresAtMs}`)
    .toSorted()
}

/** One of each of `count` neighbouring /64, ending at 1, 2, 3, ... */
function neighbours(count: number, site = '2a00:1:2'): readonly Listed[] {
  return Array.from({ length: count }, (_, index) => member(`${site}:${index.toString(16)}::7`, index + 1))
}

/** Few homes, subnets and ends, so that evidence gathers and members end together. */
const members = fc.array(
  fc
    .tuple(
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 0, max: 11 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
    )
    .map(([home, subnet, host, end]) =>
      member(`2a00:1:2:${home}${subnet.toString(16).padStart(2, '0')}::${host}`, end),
    ),
  { maxLength: 40 },
)
const shields = fc.array(
  fc
    .tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 4 }))
    .map(
      ([home, subnet, host]) =>
        packRange(`2a00:1:2:${home}${subnet.toString(16).padStart(2, '0')}::${host}`)!,
    ),
  { maxLength: 3 },
)

describe('what is blocked for IPv6 addresses', () => {
  it('is their /64, as long as the last of it', () => {
    expect(shown([member('2a00:1:2:3::1', 5), member('2a00:1:2:3:4::', 9)])).toEqual(['2a00:1:2:3::/64 9'])
  })

  it('is the /56 while eight of its /64 are listed, and those that stay longer', () => {
    expect(shown(neighbours(7))).toHaveLength(7)
    expect(shown(neighbours(9))).toEqual([
      '2a00:1:2:2::/64 3',
      ...['3', '4', '5', '6', '7', '8'].map((subnet) => `2a00:1:2:${subnet}::/64 ${Number(subnet) + 1}`),
      '2a00:1:2::/56 2',
    ])
  })

  it('is the /48 while eight of its /64 in more than one /56 are listed', () => {
    const elsewhere = member('2a00:1:2:ff00::7', 5)
    expect(shown([...neighbours(7), elsewhere])).toEqual(
      [
        ...['1', '2', '3', '4', '5', '6'].map((subnet) => `2a00:1:2:${subnet}::/64 ${Number(subnet) + 1}`),
        '2a00:1:2::/48 1',
        '2a00:1:2:ff00::/64 5',
      ].toSorted(),
    )
  })

  it('never covers an address of the shield, which splits a /64 into its addresses', () => {
    const shield = new Shield([packRange('2a00:1:2:3::9')!])
    expect(shown([member('2a00:1:2:3::1', 5), member('2a00:1:2:4::1', 6)], shield)).toEqual([
      '2a00:1:2:3::1/128 5',
      '2a00:1:2:4::/64 6',
    ])
    expect(shown(neighbours(12), shield)).toHaveLength(12)
  })

  it('needs nothing new when time passes: what is left then was there before', () => {
    fc.assert(
      fc.property(members, shields, fc.integer({ min: 0, max: 9 }), (listed, shielded, nowMs) => {
        const shield = new Shield(shielded)
        const mayBlock = listed.filter(({ words }) => !shield.covers(words, 0))
        const before = subjects(mayBlock, shield).filter(({ expiresAtMs }) => expiresAtMs > nowMs)
        const alive = mayBlock.filter(({ expiresAtMs }) => expiresAtMs > nowMs)
        expect(
          before.map(({ range, expiresAtMs }) => `${rangeText(range)} ${expiresAtMs}`).toSorted(),
        ).toEqual(shown(alive, shield))
      }),
    )
  })

  it('covers every member until its end, and nothing of the shield', () => {
    fc.assert(
      fc.property(members, shields, (listed, shielded) => {
        const shield = new Shield(shielded)
        const mayBlock = listed.filter(({ words }) => !shield.covers(words, 0))
        const found = subjects(mayBlock, shield)
        for (const { words, expiresAtMs } of mayBlock) {
          const ends = found
            .filter(({ range }) => rangeContains(range, words, 0))
            .map((each) => each.expiresAtMs)
          expect(Math.max(...ends)).toBeGreaterThanOrEqual(expiresAtMs)
        }
        for (const { range } of found) expect(shield.shareOf(range)).toBe('none')
      }),
    )
  })
})
