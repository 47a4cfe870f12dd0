import { afterAll, beforeAll, expect, it } from 'vitest'
import { MAX_KEYS } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

const KEYS = '/honeyjam/v1/keys'
const WISH = { name: 'n', scopes: ['report'] } as const
const DAY_MS = 86_400_000

let api: ApiPlace
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

it('an account has no more keys than it may, those of the last day among them, and others have theirs', async () => {
  const { accountId } = api.accounts.authenticate(api.adminKey, api.clock.nowMs())!
  const missing = MAX_KEYS - api.accounts.listKeys(accountId).length
  const made = await Promise.all(
    Array.from({ length: missing }, () =>
      api.accounts.createKey({ ...WISH, accountId, nowMs: api.clock.nowMs() }),
    ),
  )
  const make = () => api.ask('POST', KEYS, { body: WISH })
  const [first, second] = made
  const tooMany = { status: 409, json: { type: '/docs/errors/too-many-keys' } }
  expect(await make()).toMatchObject(tooMany)
  expect(await api.ask('POST', `${KEYS}/${first?.key.keyId}/rotate`)).toMatchObject(tooMany)
  expect(await api.ask('POST', KEYS, { body: WISH, key: api.otherKey })).toMatchObject({ status: 201 })
  // one that ends makes room for another, a day after it was made
  expect((await api.ask('DELETE', `${KEYS}/${second?.key.keyId}`)).status).toBe(204)
  expect(await make()).toMatchObject(tooMany)
  api.clock.set(api.clock.nowMs() + DAY_MS)
  expect((await make()).status).toBe(201)
  expect(await make()).toMatchObject(tooMany)
})
