import { beforeEach, describe, expect, it } from 'vitest'
import {
  type Ban,
  compareBans,
  type Enforcer,
  isHost,
  type Network,
  parseNetwork,
} from '../../src/enforce/index.ts'

/** A firewall that holds nothing yet, and a host behind it. */
export interface Firewall {
  readonly enforcer: Enforcer
  /** Another run of the program on the same firewall. */
  reopen(): Enforcer
  /** Whether a packet from the address reaches the host. */
  letsThrough(source: string): Promise<boolean>
  /** Does what a foreign hand does. */
  flushEverything(): Promise<void>
}

const HOUR_MS = 3_600_000
/** Several times what one message to the kernel holds where it may not be longer than usual. */
const MANY = 12_000
const BANNED = ['198.51.100.7', '2001:db8:7::7']
const OTHERS = ['198.51.100.8', '2001:db8:8::8']
/** In networks that a whole /56 and a whole /48 of IPv6 are. */
const WIDE = ['2001:db8:6:642::6', '2001:db8:5:5:5:5:5:5']
/** Addresses that the firewall's own network has. */
export const SOURCES = [...BANNED, ...OTHERS, ...WIDE]

/**
 * What every enforcer does, whatever its firewall. Real packets are sent.
 * @param missing programs that are not installed; with any, nothing is run
 */
export function enforcerContract(name: string, missing: string, open: () => Promise<Firewall>): void {
  const reason = missing === '' ? '' : ` (not run without ${missing})`
  describe.skipIf(missing !== '')(`Enforcer: ${name}${reason}`, () => {
    let firewall: Firewall
    let nowMs: number
    beforeEach(async () => {
      firewall = await open()
      nowMs = Date.now()
    })
    const ban = (text: string, expiresAtMs = nowMs + HOUR_MS): Ban => ({
      network: networkOf(text),
      expiresAtMs,
    })
    const differences = async (bans: readonly Ban[]) => {
      const wanted = {
        expiresAtMsByHost: new Map(
          bans.filter(({ network }) => isHost(network)).map((each) => [each.network, each.expiresAtMs]),
        ),
        ranges: bans.filter(({ network }) => !isHost(network)),
      }
      const { longestBanMs } = firewall.enforcer
      const held = await firewall.enforcer.list(nowMs)
      const { change, missing, surplus, wrongEnd } = compareBans(wanted, held, { nowMs, longestBanMs })
      return { isRight: change === undefined, missing, surplus, wrongEnd }
    }
    const RIGHT = { isRight: true, missing: 0, surplus: 0, wrongEnd: 0 }

    it('stops packets of what is banned, lets the others through, and both again after the unban', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      expect(await reached(firewall, [...BANNED, ...OTHERS])).toEqual([...BANNED, ...OTHERS])
      await enforcer.apply({ ban: BANNED.map((each) => ban(each)), extend: [], unban: [] }, nowMs)
      expect(await reached(firewall, [...BANNED, ...OTHERS])).toEqual(OTHERS)
      expect((await enforcer.counters()).packets).toBeGreaterThanOrEqual(BANNED.length)
      await enforcer.apply({ ban: [], extend: [], unban: BANNED.map(networkOf) }, nowMs)
      expect(await reached(firewall, BANNED)).toEqual(BANNED)
    })

    it('stops a whole /64 and ranges within ranges, each until its own end', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      const ranges = [ban('198.51.100.0/24'), ban('198.51.100.0/29', Infinity), ban('2001:db8:8::/47')]
      const subnet = ban('2001:db8:7::/64')
      const wider = [ban('2001:db8:6:600::/56'), ban('2001:db8:5::/48')]
      await enforcer.apply({ ban: [subnet, ...wider], extend: [], unban: [], ranges }, nowMs)
      expect(await reached(firewall, [...BANNED, ...OTHERS, ...WIDE])).toEqual([])
      expect(await differences([subnet, ...wider, ...ranges])).toEqual(RIGHT)
      await enforcer.apply({ ban: [], extend: [], unban: [], ranges: [ban('198.51.100.7/32')] }, nowMs)
      expect(await reached(firewall, [...BANNED, ...OTHERS])).toEqual(OTHERS)
      expect(await reached(firewall, WIDE)).toEqual([])
    })

    it('moves the end of a ban, and takes an unban of what it does not hold', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      await enforcer.apply({ ban: BANNED.map((each) => ban(each)), extend: [], unban: [] }, nowMs)
      const extended = BANNED.map((each) => ban(each, nowMs + 2 * HOUR_MS))
      await enforcer.apply({ ban: [], extend: extended, unban: OTHERS.map(networkOf) }, nowMs)
      expect(await differences(extended)).toEqual(RIGHT)
      const shortened = [ban(BANNED[0] ?? '', nowMs + HOUR_MS), ban(BANNED[1] ?? '', Infinity)]
      await enforcer.apply({ ban: [], extend: shortened, unban: [] }, nowMs)
      expect(await differences(shortened)).toEqual(RIGHT)
    })

    it('keeps the longest ends there are', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      const tenYears = [
        ban('198.51.100.7', nowMs + 315_360_000_000),
        ban('203.0.113.0/24', nowMs + 315_360_000_000),
      ]
      await enforcer.replaceAll(tenYears, nowMs)
      expect(await differences(tenYears)).toEqual(RIGHT)
    })

    it('takes, extends and lets go of many at once, also where its messages to the kernel must be short', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      const many = (expiresAtMs?: number) =>
        Array.from({ length: MANY }, (_, index) => ban(`9.${index >> 8}.${index & 255}.1`, expiresAtMs))
      await enforcer.apply({ ban: many(), extend: [], unban: [] }, nowMs)
      expect(await differences(many())).toEqual(RIGHT)
      const longer = many(nowMs + 2 * HOUR_MS)
      await enforcer.apply({ ban: [], extend: longer, unban: [], ranges: [ban('203.0.113.0/24')] }, nowMs)
      expect(await differences([...longer, ban('203.0.113.0/24')])).toEqual(RIGHT)
      await enforcer.apply({ ban: [], extend: [], unban: many().map(({ network }) => network) }, nowMs)
      expect(await differences([ban('203.0.113.0/24')])).toEqual(RIGHT)
    })

    it('holds what it held after another start, and puts a whole list in its place', async () => {
      const { enforcer } = firewall
      await enforcer.prepare()
      const bans = [...BANNED.map((each) => ban(each)), ban('203.0.113.0/24')]
      await enforcer.apply({ ban: bans.slice(0, 2), extend: [], unban: [], ranges: bans.slice(2) }, nowMs)
      await firewall.reopen().prepare()
      expect(await differences(bans)).toEqual(RIGHT)
      await firewall.reopen().replaceAll([ban(OTHERS[0] ?? '')], nowMs)
      expect(await differences([ban(OTHERS[0] ?? '')])).toEqual(RIGHT)
    })

    it('says when a foreign hand took everything away, and is whole again after it', async () => {
      const { enforcer } = firewall
      expect((await enforcer.list(nowMs)).isIntact).toBe(false)
      await enforcer.prepare()
      expect((await enforcer.list(nowMs)).isIntact).toBe(true)
      await firewall.flushEverything()
      expect(await enforcer.list(nowMs)).toMatchObject({ isIntact: false, ranges: [] })
      await enforcer.prepare()
      await enforcer.replaceAll([ban(BANNED[0] ?? '')], nowMs)
      expect(await reached(firewall, BANNED)).toEqual(BANNED.slice(1))
    })

    it('takes itself away, twice if need be', async () => {
      const { enforcer } = firewall
      await enforcer.release()
      await enforcer.prepare()
      await enforcer.replaceAll(
        BANNED.map((each) => ban(each)),
        nowMs,
      )
      await enforcer.release()
      await enforcer.release()
      expect(await reached(firewall, BANNED)).toEqual(BANNED)
      expect(await enforcer.list(nowMs)).toMatchObject({ isIntact: false, ranges: [] })
    })
  })
}

/** Those of the addresses whose packets reach the host. */
async function reached(firewall: Firewall, sources: readonly string[]): Promise<readonly string[]> {
  const found: string[] = []
  for (const source of sources) if (await firewall.letsThrough(source)) found.push(source)
  return found
}

function networkOf(text: string): Network {
  const network = parseNetwork(text)
  if (network === undefined) throw new TypeError(`not a network: ${text}`)
  return network
}
