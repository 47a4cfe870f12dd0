import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  AddressResults,
  ProtectedSetInfo,
  ProtectionInfo,
  ProtectionResults,
} from '../../src/contract/index.ts'
import type { Range } from '../../src/ip/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const ROOT = '/honeyjam/v1'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

async function change(operation: 'protect' | 'unprotect', body: object) {
  const answer = await api.ask('POST', `${ROOT}/${operation}`, { body })
  expect(answer.status).toBe(200)
  return ProtectionResults.parse(answer.json).results
}

async function why(address: string): Promise<ProtectionInfo> {
  const answer = await api.ask('GET', `${ROOT}/protected/${address}`)
  return ProtectionInfo.parse(answer.json)
}

describe('the protected set over HTTP', () => {
  it('keeps addresses off the lists of all accounts, and each is told why', async () => {
    const ranges = ['9.8.7.6/24', 'x']
    expect(await change('protect', { ranges, comment: 'the office' })).toEqual([
      { range: '9.8.7.0/24', outcome: 'protected' },
      { range: 'x', outcome: 'skipped', reason: 'unparsable' },
    ])
    for (const key of [api.adminKey, api.otherKey]) {
      const answer = await api.ask('POST', `${ROOT}/ban`, {
        key,
        body: { addresses: ['9.8.7.1', '9.8.8.1'] },
      })
      expect(AddressResults.parse(answer.json).results).toMatchObject([
        { address: '9.8.7.1', outcome: 'skipped', reason: 'protected' },
        { address: '9.8.8.1', outcome: 'banned' },
      ])
    }
    expect(await why('9.8.7.1')).toEqual({
      address: '9.8.7.1',
      class: 'public',
      protected: true,
      by_class: false,
      by: [{ range: '9.8.7.0/24', reason: 'fixed', comment: 'the office', created_at: api.clock.nowMs() }],
    })
    expect((await api.ask('GET', `${ROOT}/check/9.8.7.1`)).json).toMatchObject({
      listed: false,
      protected: true,
    })
    expect((await api.ask('GET', `${ROOT}/check/9.8.8.1`)).json).toMatchObject({
      listed: true,
      protected: false,
    })
    expect(await change('unprotect', { ranges: ['9.8.7.0/24', '9.9.9.9'] })).toEqual([
      { range: '9.8.7.0/24', outcome: 'unprotected' },
      { range: '9.9.9.9/32', outcome: 'skipped', reason: 'unknown' },
    ])
    expect(await why('9.8.7.1')).toMatchObject({ protected: false, by: [] })
  })

  it('ends by itself after the ttl', async () => {
    const [result] = await change('protect', { ranges: ['9.8.6.0/24'], ttl: 60 })
    expect(result).toEqual({
      range: '9.8.6.0/24',
      outcome: 'protected',
      expiry: api.clock.nowMs() + 60_000,
    })
    await api.clock.advance(60_000)
    const answer = await api.ask('GET', `${ROOT}/protected`)
    expect(ProtectedSetInfo.parse(answer.json)).toEqual({ private_addresses: 'skip', ranges: [] })
  })

  it('counts what is not public as protected', async () => {
    expect(await why('192.168.0.1')).toMatchObject({
      class: 'private',
      protected: true,
      by_class: true,
      by: [],
    })
  })

  it('refuses to protect so much that nothing is blocked any more', async () => {
    const answer = await api.ask('POST', `${ROOT}/protect`, { body: { ranges: ['0.0.0.0/0', '2000::/3'] } })
    expect(answer.status).toBe(422)
    expect(answer.text).toContain('0.0.0.0/0 is wider than /8')
    expect(answer.text).toContain('2000::/3 is wider')
  })
})

describe('the address of an administrator', () => {
  it('is protected once its key is used from there, for twelve hours', async () => {
    const proxied = await openApi({ trustedProxies: ['127.0.0.0/8' as Range] })
    onTestFinished(() => proxied.close())
    const manager = await proxied.makeKey('manage', 'read', 'report', 'enforce')
    await proxied.ask('GET', '/test', { headers: { 'x-forwarded-for': '9.9.9.9' } })
    await proxied.ask('GET', '/test', { key: manager, headers: { 'x-forwarded-for': '8.8.8.8' } })
    await vi.waitFor(async () => {
      const answer = await proxied.ask('GET', `${ROOT}/protected`)
      expect(ProtectedSetInfo.parse(answer.json).ranges).toMatchObject([
        {
          range: '9.9.9.9/32',
          reason: 'operator',
          expiry: proxied.clock.nowMs() + 43_200_000,
        },
      ])
    })
    const body = { addresses: ['9.9.9.9'] }
    const answer = await proxied.ask('POST', `${ROOT}/ban`, { key: proxied.otherKey, body })
    expect(AddressResults.parse(answer.json).results).toMatchObject([{ reason: 'protected' }])
  })
})
