import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/manual-clock.ts'
import type { AllowOperation, ProtectedRange } from '../denylist/index.ts'
import type { HostNetwork } from '../host/index.ts'
import { type Address, classifyAddress, parseAddress } from '../ip/index.ts'
import { silentLogger } from '../runtime/index.ts'
import type { ProtectedDenylist } from './keep-protected.ts'
import { MAX_OPERATORS, Operators } from './operators.ts'
import { protectHost } from './protect-host.ts'

/** Remembers what was protected, as the real one does. */
class FakeDenylist implements ProtectedDenylist {
  readonly submitted: AllowOperation[] = []
  failure: Error | undefined

  submit: ProtectedDenylist['submit'] = (operation) => {
    if (this.failure !== undefined) return Promise.reject(this.failure)
    this.submitted.push(operation as AllowOperation)
    return Promise.resolve(undefined as never)
  }

  findProtected(address: Address, nowMs: number): readonly ProtectedRange[] {
    return this.submitted.flatMap(({ ranges, ttlSeconds = 0, receivedAtMs }) => {
      const expiresAtMs = receivedAtMs + 1000 * ttlSeconds
      if (!ranges.includes(`${address}/32` as never) || expiresAtMs <= nowMs) return []
      return [{ range: `${address}/32`, reason: 'fixed', comment: '', createdAtMs: 0, expiresAtMs }]
    })
  }
}

function setUp(networks: readonly HostNetwork[] = []) {
  const clock = new ManualClock()
  const denylist = new FakeDenylist()
  const options = {
    denylist,
    clock,
    logger: silentLogger,
    hostName: 'gate',
    findHostNetworks: () => Promise.resolve(networks),
    mayBeBlocked: (address: Address) => classifyAddress(address) === 'public',
  }
  return { clock, denylist, options }
}

const at = (text: string) => parseAddress(text)!

describe('protectHost', () => {
  const found: readonly HostNetwork[] = [
    { network: at('8.8.4.4'), reason: 'own-address' },
    { network: at('10.0.0.1'), reason: 'gateway' },
    { network: at('9.9.9.9'), reason: 'resolver' },
    { network: at('9.9.9.9'), reason: 'resolver' },
  ]

  it('protects what could be blocked, by reason, before it says that it has begun', async () => {
    const { denylist, options } = setUp(found)
    const stop = new AbortController()
    const { ended } = await protectHost(options, stop.signal)
    expect(denylist.submitted).toMatchObject([
      { kind: 'allow', accountId: 0, ranges: ['8.8.4.4/32'], dataset: 'own-address', tags: ['gate'] },
      { ranges: ['9.9.9.9/32'], dataset: 'resolver' },
    ])
    stop.abort()
    await ended
  })

  it('renews the protection long before it ends, and not before', async () => {
    const { clock, denylist, options } = setUp(found)
    const stop = new AbortController()
    const { ended } = await protectHost(options, stop.signal)
    await clock.advance(3_540_000)
    await turn()
    expect(denylist.submitted).toHaveLength(2)
    await clock.advance(120_000)
    await turn()
    expect(denylist.submitted).toHaveLength(4)
    stop.abort()
    await ended
  })

  it('tries again when nothing could be stored', async () => {
    const { clock, denylist, options } = setUp(found)
    denylist.failure = new Error('full')
    const stop = new AbortController()
    const { ended } = await protectHost(options, stop.signal)
    denylist.failure = undefined
    await clock.advance(60_000)
    await turn()
    expect(denylist.submitted).toHaveLength(2)
    stop.abort()
    await ended
  })
})

describe('Operators', () => {
  it('protects an address once, and again when it is used later', async () => {
    const { clock, denylist, options } = setUp()
    const operators = new Operators(options)
    for (let i = 0; i < 100; i++) operators.note(at('8.8.8.8'))
    await turn()
    await turn()
    expect(denylist.submitted).toMatchObject([{ ranges: ['8.8.8.8/32'], dataset: 'operator' }])
    await clock.advance(30_000_000)
    operators.note(at('8.8.8.8'))
    await turn()
    await turn()
    expect(denylist.submitted).toHaveLength(2)
  })

  it('does not protect a crowd', async () => {
    const { denylist, options } = setUp()
    const operators = new Operators(options)
    for (let i = 0; i < 2 * MAX_OPERATORS; i++) operators.note(at(`8.8.8.${i}`))
    await turn()
    await turn()
    expect(denylist.submitted).toHaveLength(MAX_OPERATORS)
  })

  it('tries again at the next use when nothing could be stored', async () => {
    const { denylist, options } = setUp()
    denylist.failure = new Error('full')
    const operators = new Operators(options)
    operators.note(at('8.8.8.8'))
    await turn()
    await turn()
    denylist.failure = undefined
    operators.note(at('8.8.8.8'))
    await turn()
    await turn()
    expect(denylist.submitted).toHaveLength(1)
  })
})
