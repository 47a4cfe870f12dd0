import { describe, expect, it } from 'vitest'
import { boundsOf } from '../ip/index.ts'
import { compareBans } from './compare-bans.ts'
import { isHost, type Network, parseNetwork } from './networks.ts'
import type { WantedBans } from './ports.ts'

const NOW_MS = 1_000_000
const LATER_MS = NOW_MS + 3_600_000

function network(text: string): Network {
  const parsed = parseNetwork(text)
  if (parsed === undefined) throw new TypeError(text)
  return parsed
}

function wanted(...bans: [string, number][]): WantedBans {
  const parsed = bans.map(([text, expiresAtMs]) => ({ network: network(text), expiresAtMs }))
  return {
    expiresAtMsByHost: new Map(
      parsed.filter((ban) => isHost(ban.network)).map((ban) => [ban.network, ban.expiresAtMs]),
    ),
    ranges: parsed.filter((ban) => !isHost(ban.network)),
  }
}

function held(hosts: [string, number][], ranges: [string, number][] = []) {
  return {
    expiresAtMsByHost: wanted(...hosts).expiresAtMsByHost,
    ranges: ranges.map(([text, expiresAtMs]) => ({ ...boundsOf(network(text)), expiresAtMs })),
  }
}

describe('what a firewall holds, compared with what is wanted', () => {
  it('is right when both say the same, give or take five seconds', () => {
    const difference = compareBans(
      wanted(['192.0.2.1', LATER_MS], ['2001:db8:1::/64', Infinity], ['198.51.100.0/24', LATER_MS]),
      held(
        [
          ['192.0.2.1', LATER_MS + 4000],
          ['2001:db8:1::/64', Infinity],
        ],
        [['198.51.100.0/24', LATER_MS - 4000]],
      ),
      { nowMs: NOW_MS, longestBanMs: Infinity },
    )
    expect(difference).toMatchObject({ change: undefined, missing: 0, surplus: 0, wrongEnd: 0 })
  })

  it('lacks what was flushed, holds what nobody wants, and ends some bans at the wrong time', () => {
    const difference = compareBans(
      wanted(['192.0.2.1', LATER_MS], ['192.0.2.2', LATER_MS], ['198.51.100.0/24', LATER_MS]),
      held(
        [
          ['192.0.2.2', Infinity],
          ['192.0.2.3', LATER_MS],
        ],
        [['203.0.113.0/24', LATER_MS]],
      ),
      { nowMs: NOW_MS, longestBanMs: Infinity },
    )
    expect(difference).toMatchObject({
      change: {
        ban: [{ network: '192.0.2.1', expiresAtMs: LATER_MS }],
        extend: [{ network: '192.0.2.2', expiresAtMs: LATER_MS }],
        unban: ['192.0.2.3'],
        ranges: [{ network: '198.51.100.0/24', expiresAtMs: LATER_MS }],
      },
      missing: 2,
      surplus: 2,
      wrongEnd: 1,
    })
  })

  it('is right when both ends lie further ahead than the firewall can count', () => {
    const both = [wanted(['192.0.2.1', Infinity]), held([['192.0.2.1', NOW_MS + 60_000]])] as const
    expect(compareBans(...both, { nowMs: NOW_MS, longestBanMs: 100_000 }).change).toBeUndefined()
    expect(compareBans(...both, { nowMs: NOW_MS, longestBanMs: 200_000 }).wrongEnd).toBe(1)
  })

  it('counts nothing that is about to end, held or not', () => {
    const difference = compareBans(
      wanted(['192.0.2.1', NOW_MS + 1000], ['198.51.100.0/24', NOW_MS + 1000]),
      held([['192.0.2.2', NOW_MS + 1000]], [['203.0.113.0/24', NOW_MS + 1000]]),
      { nowMs: NOW_MS, longestBanMs: Infinity },
    )
    expect(difference.change).toBeUndefined()
  })
})
