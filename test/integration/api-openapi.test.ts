import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LATER_OPERATIONS } from '../../src/contract/index.ts'
import type { OpenApi } from '../../src/contract/openapi/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { enforcerReportOf } from '../support/enforcers.ts'
import { ownContract, publishedContract } from '../support/held-answers.ts'

let api: ApiPlace
let document: OpenApi

beforeAll(async () => {
  api = await openApi()
  document = (await api.ask('GET', '/openapi.json', { key: undefined })).json as OpenApi
})
afterAll(() => api.close())

/** What is to be filled in has other names in the two. */
const shapeOf = (operation: string) => operation.replace(/\{[^}]+\}|:\w+/g, '{}')
const sorted = (operations: readonly string[]) => [...new Set(operations.map(shapeOf))].toSorted()

describe('/openapi.json', () => {
  it('is told to anybody, as what the contract makes of the version', () => {
    expect(document).toEqual(ownContract.document)
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'honeyjam', version: '0.0.0-test' } })
  })

  it('names every route of the service and nothing else (src/contract/openapi has the tables)', () => {
    const served = api.routes.filter((route) => !route.startsWith('HEAD '))
    expect(sorted(ownContract.operations)).toEqual(sorted(served))
  })

  it.skipIf(publishedContract === undefined)('holds every operation of the published contract', () => {
    const missing = sorted(publishedContract?.operations ?? []).filter(
      (operation) => !sorted(ownContract.operations).includes(operation),
    )
    expect(missing).toEqual([])
  })

  it('says of the operations that are known and not served that they are answered 501', async () => {
    for (const [method, template] of LATER_OPERATIONS) {
      const path = template.replace(/\{[^}]+\}/g, '1')
      const answer = await api.ask(method, path)
      expect(answer.status).toBe(501)
      expect(ownContract.operationOf(method, path)?.responses).toHaveProperty('501')
      expect(ownContract.faultsOf(method, path, answer)).toEqual([])
    }
  })

  it('refers to nothing that is not in it, and gives each operation a name of its own', () => {
    const references = JSON.stringify(document).match(/(?<="\$ref":")[^"]+/g) ?? []
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect(new Set(references)).toEqual(new Set(known))
    const names = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(names).toEqual([...new Set(names)])
  })

  it('says of each operation which scope lets a key in', async () => {
    const keys = new Map(
      await Promise.all(
        (['report', 'read', 'manage', 'enforce'] as const).map(
          async (scope) => [scope, await api.makeKey(scope)] as const,
        ),
      ),
    )
    for (const [template, methods] of Object.entries(document.paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const pathFor = (key: string) => template.replace('{token}', key).replace(/\{[^}]+\}/g, 'x')
        const scopes = security[0]?.['key']
        for (const [scope, key] of keys) {
          const path = pathFor(key)
          const { status } = await api.ask(method.toUpperCase(), path, { key })
          const isShut = scopes !== undefined && scopes.length > 0 && !scopes.includes(scope)
          expect([method, path, scope, status === 403]).toEqual([method, path, scope, isShut])
        }
        const path = pathFor('x')
        const { status } = await api.ask(method.toUpperCase(), path, { key: undefined })
        expect([method, path, status === 401]).toEqual([method, path, scopes !== undefined])
      }
    }
  })
})

describe('answers', () => {
  it.each([
    ['POST', '/v1/ip', { addresses: ['8.8.4.4', 'x'] }],
    ['POST', '/v1/ip', { addresses: [] }],
    ['POST', '/v1/unban/ip', { addresses: ['8.8.4.5'] }],
    ['POST', '/v1/false/add/ip', { addresses: ['8.8.4.6'] }],
    ['POST', '/v1/false/remove/ip', { addresses: ['8.8.4.6'] }],
    ['GET', '/test'],
    ['POST', '/test'],
    ['GET', '/v1/token'],
    ['GET', '/v1/token/activity?page_size=5'],
    ['GET', '/v1/denylist/reported/ip'],
    ['GET', '/v1/denylist/reported/ip?output_format=CSV'],
    ['GET', '/v1/denylist/reported/ip?output_format=PLAIN'],
    ['GET', '/v1/denylist/reported/ip?output_format=AWS-WAF&ip_protocol_version=IPV4'],
    ['GET', '/v1/denylist/reported/ip/8.8.4.4'],
    ['GET', '/v1/dataset/ip'],
    ['GET', '/v1/dataset/ip/ABUSE'],
    ['GET', '/v1/source/ip'],
    ['GET', '/v1/source/ip/x'],
    ['GET', '/v1/log/ip/8.8.4.4'],
    ['GET', '/v1/assess/ip/8.8.4.4'],
    ['GET', '/v1/asses/ip/8.8.4.4'],
    ['POST', '/v1/assess/ip', ['8.8.4.4']],
    ['POST', '/honeyjam/v1/ban', { addresses: ['8.8.4.7', '10.0.0.1'] }],
    ['POST', '/honeyjam/v1/unban', { addresses: ['8.8.4.7', 'x'] }],
    ['POST', '/honeyjam/v1/allow', { ranges: ['8.8.5.0/24', 'x'] }],
    ['POST', '/honeyjam/v1/disallow', { ranges: ['8.8.5.0/24'] }],
    ['GET', '/honeyjam/v1/allowlist'],
    ['GET', '/honeyjam/v1/check/8.8.4.4'],
    ['GET', '/honeyjam/v1/keys'],
    ['POST', '/honeyjam/v1/keys', { name: 'x', scopes: ['read'] }],
    ['POST', '/honeyjam/v1/keys/2/rotate'],
    ['DELETE', '/honeyjam/v1/keys/999'],
    ['GET', '/honeyjam/v1/accounts'],
    ['POST', '/honeyjam/v1/accounts', { name: 'another' }],
    ['GET', '/honeyjam/v1/accounts/another'],
    ['PATCH', '/honeyjam/v1/accounts/another', { disabled: true }],
    ['GET', '/honeyjam/v1/accounts/another/keys'],
    ['POST', '/honeyjam/v1/invitations', { uses: 2 }],
    ['GET', '/honeyjam/v1/invitations'],
    ['DELETE', '/honeyjam/v1/invitations/1'],
    ['DELETE', '/honeyjam/v1/invitations/99'],
    ['POST', '/honeyjam/v1/sign-up', { name: 'stranger' }],
    ['GET', '/honeyjam/v1/receipts/x'],
    ['GET', '/honeyjam/v1/heartbeat'],
    ['POST', '/honeyjam/v1/heartbeat', {}],
    ['GET', '/honeyjam/v1/sensors'],
    ['POST', '/honeyjam/v1/enforcers', {}],
    ['POST', '/honeyjam/v1/enforcers', enforcerReportOf('openapi')],
    ['GET', '/honeyjam/v1/enforcers'],
    ['GET', '/feeds/plain.txt'],
    ['GET', '/feeds/decisions.csv'],
    ['GET', '/feeds/decisions.jsonl'],
    ['GET', '/feeds/aws-waf.json'],
    ['GET', '/feeds/nothing'],
    ['GET', '/feeds/misp/manifest.json'],
    ['GET', '/feeds/misp/hashes.csv'],
    ['GET', '/feeds/misp/nothing'],
    ['GET', '/feeds/plain.txt?limit=0'],
    ['GET', '/feeds/wrong-key/plain.txt'],
    ['DELETE', '/v1/denylist/reported/ip/8.8.4.4'],
    ['DELETE', '/v1/denylist/reported/ip/all'],
    ['GET', '/healthz'],
    ['GET', '/readyz'],
    ['GET', '/openapi.json'],
    ['GET', '/docs'],
    ['GET', '/docs/page.js'],
    ['GET', '/docs/page.css'],
    ['GET', '/docs/errors'],
    ['GET', '/docs/errors/forbidden'],
    ['GET', '/docs/errors/none'],
  ] as const)('are as it says: %s %s', async (method, path, body?: unknown) => {
    const answer = await api.ask(method, path, { body })
    expect(ownContract.faultsOf(method, path, answer)).toEqual([])
  })
})
