import { afterEach, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const PAGE = 'https://panel.example.org'
const FOREIGN = 'https://evil.example'
const PREFLIGHT = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization',
}

let api: ApiPlace
afterEach(() => api.close())

const corsOf = ({ headers }: { headers: Readonly<Record<string, unknown>> }) =>
  Object.entries(headers).filter(([name]) => name.startsWith('access-control-') || name === 'vary')
const from = (origin: string, headers: Readonly<Record<string, string>> = {}) => ({
  headers: { origin, ...headers },
})

describe('web pages of other origins', () => {
  it('are told nothing unless the operator names one', async () => {
    api = await openApi()
    expect(corsOf(await api.ask('GET', '/v1/token', from(PAGE)))).toEqual([])
    const preflight = await api.ask('OPTIONS', '/v1/ip', { key: undefined, ...from(PAGE, PREFLIGHT) })
    expect([preflight.status, corsOf(preflight)]).toEqual([405, []])
  })

  it('that are named read answers and what is refused, without credentials', async () => {
    api = await openApi({ corsOrigins: ['http://127.0.0.1:3000', PAGE] })
    const readable = [
      ['vary', 'origin'],
      ['access-control-allow-origin', PAGE],
      ['access-control-expose-headers', 'etag, location, ratelimit, ratelimit-policy, retry-after'],
    ]
    const asked = [
      [200, '/v1/token', {}],
      [401, '/v1/token', { key: 'wrong' }],
      [404, '/nothing', {}],
      [422, '/v1/denylist/reported/ip?less_than=x', {}],
    ] as const
    for (const [status, path, ask] of asked) {
      const answer = await api.ask('GET', path, { ...ask, ...from(PAGE) })
      expect([answer.status, corsOf(answer)]).toEqual([status, readable])
    }
    const decisions = await api.ask('GET', '/honeyjam/v1/decisions', from(PAGE))
    expect([decisions.status, decisions.headers['vary']]).toEqual([200, 'accept-encoding, origin'])
  })

  it('that are named may send keys and JSON with any method, as the browser asks beforehand', async () => {
    api = await openApi({ corsOrigins: [PAGE] })
    const answer = await api.ask('OPTIONS', '/v1/ip', { key: undefined, ...from(PAGE, PREFLIGHT) })
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': expect.stringMatching(
        /^authorization, content-type, idempotency-key/,
      ) as string,
      'access-control-max-age': '600',
      'x-content-type-options': 'nosniff',
      vary: 'origin',
    })
    const methods = new Set(api.routes.map((route) => route.split(' ')[0]))
    expect(
      [...methods].filter(
        (method) => !String(answer.headers['access-control-allow-methods']).includes(method ?? ''),
      ),
    ).toEqual([])
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
    expect((await api.ask('OPTIONS', '/v1/ip', from(PAGE))).status).toBe(405)
  })

  it.each([
    FOREIGN,
    'null',
    'https://panel.example.org.evil.example',
    'http://panel.example.org',
    'HTTPS://PANEL.EXAMPLE.ORG',
  ])('that are not named get nothing they could read: %s', async (origin) => {
    api = await openApi({ corsOrigins: [PAGE] })
    expect(corsOf(await api.ask('GET', '/v1/token', from(origin)))).toEqual([['vary', 'origin']])
    const preflight = await api.ask('OPTIONS', '/v1/ip', { key: undefined, ...from(origin, PREFLIGHT) })
    expect([preflight.status, corsOf(preflight)]).toEqual([405, [['vary', 'origin']]])
  })
})
