import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { boundsOf } from '../ip/index.ts'
import { BanKeeper } from './ban-keeper.ts'
import { createDryRun, type DryRunStep } from './dry-run/index.ts'
import { type Network, parseNetwork } from './networks.ts'
import type { ProtectedNetwork } from './protected/protected-set.ts'

const HOUR_MS = 3_600_000

describe('a keeper of bans', () => {
  it('leaves the firewall alone until it has decisions', async () => {
    const { keeper, enforcer, clock } = place()
    await enforcer.prepare()
    await enforcer.replaceAll([ban('192.0.2.9', clock.nowMs() + HOUR_MS)], clock.nowMs())
    expect(await keeper.audit()).toBeUndefined()
    expect([...(await enforcer.list(clock.nowMs())).expiresAtMsByHost.keys()]).toEqual(['192.0.2.9'])
  })

  it('takes a set and then changes', async () => {
    const { keeper, steps, clock } = place()
    const endMs = clock.nowMs() + HOUR_MS
    await keeper.replace([ban('192.0.2.1', endMs), ban('192.0.2.2', endMs), ban('198.51.100.0/24', endMs)])
    await keeper.change({
      denied: [ban('192.0.2.1', endMs + 1), ban('192.0.2.3', endMs)],
      released: [network('192.0.2.2'), network('198.51.100.0/24'), network('192.0.2.77')],
    })
    expect(steps).toEqual([
      { ban: ['192.0.2.1', '192.0.2.2', '198.51.100.0/24'], extend: [], unban: [] },
      { ban: ['192.0.2.3'], extend: ['192.0.2.1'], unban: ['192.0.2.2', '198.51.100.0/24'] },
    ])
  })

  it('repairs what a foreign hand did, and says so once', async () => {
    const { keeper, enforcer, clock, log } = place()
    const endMs = clock.nowMs() + HOUR_MS
    await keeper.replace([ban('192.0.2.1', endMs)])
    expect((await keeper.audit())?.difference).toEqual({ missing: 0, surplus: 0, wrongEnd: 0 })
    await enforcer.replaceAll([ban('192.0.2.2', endMs)], clock.nowMs())
    expect((await keeper.audit())?.difference).toEqual({ missing: 1, surplus: 1, wrongEnd: 0 })
    await enforcer.release()
    expect(await keeper.audit()).toMatchObject({ wasBroken: true, difference: { missing: 1 } })
    expect((await keeper.audit())?.difference).toEqual({ missing: 0, surplus: 0, wrongEnd: 0 })
    expect(keeper.repairs).toBe(2)
    expect(log.lines.filter(({ level }) => level >= 40)).toHaveLength(2)
  })

  it('looks once more at what it put right, and tells what was there then', async () => {
    const { keeper, enforcer, clock } = place()
    const endMs = clock.nowMs() + HOUR_MS
    await keeper.replace([ban('192.0.2.1', endMs), ban('198.51.100.0/24', endMs)])
    expect([keeper.wantsAudit, keeper.lastAudit]).toEqual([true, undefined])
    await keeper.audit()
    expect(keeper.wantsAudit).toBe(false)
    await enforcer.release()
    expect(await keeper.audit()).toMatchObject({ intended: 2, held: 0, difference: { missing: 2 } })
    expect(keeper.wantsAudit).toBe(true)
    expect(await keeper.audit()).toMatchObject({ intended: 2, held: 2, difference: { missing: 0 } })
    expect([keeper.wantsAudit, keeper.repairs]).toEqual([false, 1])
  })

  it('does not look for ever at a firewall that never holds what it is told', async () => {
    const { keeper, enforcer, clock } = place()
    enforcer.list = async () => ({ isIntact: true, expiresAtMsByHost: new Map(), ranges: [] })
    await keeper.replace([ban('192.0.2.1', clock.nowMs() + HOUR_MS)])
    await keeper.audit()
    expect(keeper.wantsAudit).toBe(false)
    expect(keeper.lastAudit).toMatchObject({ intended: 1, held: 0 })
  })

  it('brings about at the next comparison what the firewall refused', async () => {
    const { keeper, enforcer, clock } = place()
    const endMs = clock.nowMs() + HOUR_MS
    await keeper.replace([ban('192.0.2.1', endMs)])
    const { apply } = enforcer
    enforcer.apply = () => Promise.reject(new Error('no'))
    await expect(keeper.change({ denied: [ban('192.0.2.2', endMs)], released: [] })).rejects.toThrow('no')
    expect(keeper.isBehind).toBe(true)
    expect(keeper.failure).toEqual({ sinceMs: clock.nowMs(), reason: 'no' })
    enforcer.apply = apply
    await keeper.audit()
    expect([...(await enforcer.list(clock.nowMs())).expiresAtMsByHost.keys()]).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ])
    expect([keeper.isBehind, keeper.repairs]).toEqual([false, 0])
  })

  it('lets go of an address that is protected from now on, and bans it when it no longer is', async () => {
    const { keeper, enforcer, clock, guards } = place()
    const endMs = clock.nowMs() + HOUR_MS
    await keeper.replace([ban('192.0.2.1', endMs), ban('2001:db8:1:2::/64', endMs)])
    guards.push(guard('192.0.2.1'), guard('2001:db8:1:2::9'))
    await keeper.audit()
    expect((await enforcer.list(clock.nowMs())).expiresAtMsByHost.size).toBe(0)
    expect(keeper.wanted.withheld).toEqual(['192.0.2.1', '2001:db8:1:2::/64'])
    guards.length = 0
    await keeper.audit()
    expect((await enforcer.list(clock.nowMs())).expiresAtMsByHost.size).toBe(2)
    expect(keeper.repairs).toBe(0)
  })

  test('never lets the firewall hold anything that is protected, and holds everything else', async () => {
    const text = fc
      .tuple(fc.nat(31), fc.constantFrom(27, 29, 31, 32, 32))
      .map(([last, length]) => `192.0.2.${last}/${length}`)
    const step = fc.oneof(
      fc.record({ denied: fc.array(text, { maxLength: 5 }), released: fc.array(text, { maxLength: 3 }) }),
      fc.record({ protects: fc.array(text, { maxLength: 3 }) }),
      fc.record({ whole: fc.array(text, { maxLength: 8 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (run) => {
        const { keeper, enforcer, clock, guards } = place()
        const endMs = clock.nowMs() + HOUR_MS
        const decided = new Set<Network>()
        await keeper.replace([])
        for (const each of run) {
          if ('protects' in each) {
            guards.splice(0, Infinity, ...each.protects.map(guard))
            await keeper.audit()
          } else if ('whole' in each) {
            decided.clear()
            for (const one of each.whole) decided.add(network(one))
            await keeper.replace(Array.from(decided, (one) => ban(one, endMs)))
          } else {
            for (const one of each.released) decided.delete(network(one))
            for (const one of each.denied) decided.add(network(one))
            const released = each.released.filter((one) => !each.denied.includes(one)).map(network)
            await keeper.change({ denied: each.denied.map((one) => ban(one, endMs)), released })
          }
        }
        expect(await heldAddresses(enforcer, clock.nowMs())).toEqual(expectedAddresses(decided, guards))
      }),
      { numRuns: 100 },
    )
  })
})

function place() {
  const clock = new ManualClock()
  const log = captureLog()
  const steps: DryRunStep[] = []
  const guards: ProtectedNetwork[] = []
  const enforcer = createDryRun({ onStep: (step) => steps.push(step) })
  const findProtected = () => Promise.resolve([...guards])
  const keeper = new BanKeeper({ enforcer, findProtected, clock, logger: log.logger })
  return { keeper, enforcer, clock, steps, guards, log }
}

async function heldAddresses(
  enforcer: ReturnType<typeof createDryRun>,
  nowMs: number,
): Promise<readonly bigint[]> {
  const { expiresAtMsByHost, ranges } = await enforcer.list(nowMs)
  const found = [...Array.from(expiresAtMsByHost.keys(), boundsOf), ...ranges].flatMap(addressesOf)
  return [...new Set(found)].toSorted((left, right) => Number(left - right))
}

function expectedAddresses(
  decided: ReadonlySet<Network>,
  guards: readonly ProtectedNetwork[],
): readonly bigint[] {
  const guarded = new Set(guards.flatMap((each) => addressesOf(boundsOf(each.network))))
  const wanted = [...decided].flatMap((each) => addressesOf(boundsOf(each)))
  return [...new Set(wanted)]
    .filter((each) => !guarded.has(each))
    .toSorted((left, right) => Number(left - right))
}

function addressesOf({ first, last }: { first: bigint; last: bigint }): readonly bigint[] {
  return Array.from({ length: Number(last - first) + 1 }, (_, index) => first + BigInt(index))
}

function ban(text: string, expiresAtMs: number) {
  return { network: network(text), expiresAtMs }
}

function guard(text: string): ProtectedNetwork {
  return { network: network(text), reason: 'fixed' }
}

function network(text: string): Network {
  const parsed = parseNetwork(text)
  if (parsed === undefined) throw new TypeError(text)
  return parsed
}
