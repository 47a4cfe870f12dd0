import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AccountInfo, AccountList, CreatedAccount, CreatedKey, KeyList } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ROOT = '/honeyjam/v1'
const FIRST_KEY = { name: 'first', scopes: ['manage', 'read', 'report'] }

async function makeAccount(body: object): Promise<CreatedAccount> {
  const answer = await api.ask('POST', `${ROOT}/accounts`, { body })
  expect(answer.status).toBe(201)
  return CreatedAccount.parse(answer.json)
}

const statusOf = async (key: string | undefined, path = '/test') =>
  (await api.ask('GET', path, { key: key ?? 'none' })).status

describe('accounts', () => {
  it('are made with a first key, shown and listed', async () => {
    const { key, ...account } = await makeAccount({ name: 'team-a', plan: 'PRO', key: FIRST_KEY })
    expect(account).toMatchObject({ name: 'team-a', plan: 'PRO', created_at: api.clock.nowMs() })
    expect(key).toMatchObject({ name: 'first', scopes: FIRST_KEY.scopes, networks: [] })
    expect(await statusOf(key?.key)).toBe(200)
    const one = await api.ask('GET', `${ROOT}/accounts/team-a`)
    expect(AccountInfo.parse(one.json)).toEqual(account)
    const list = await api.ask('GET', `${ROOT}/accounts`)
    expect(AccountList.parse(list.json).accounts).toContainEqual(account)
    expect(list.text).not.toContain(key?.key)
  })

  it('have the plan UNLIMITED and no key when nothing is said', async () => {
    const account = await makeAccount({ name: 'team-b' })
    expect(account.plan).toBe('UNLIMITED')
    expect(account).not.toHaveProperty('key')
  })

  it('take a name once', async () => {
    await makeAccount({ name: 'twice' })
    const answer = await api.ask('POST', `${ROOT}/accounts`, { body: { name: 'twice', key: FIRST_KEY } })
    expect(answer).toMatchObject({ status: 409, json: { type: '/docs/errors/account-name-taken' } })
  })

  it.each([
    [{}, ['body', 'name']],
    [{ name: '' }, ['body', 'name']],
    [{ name: 'Team' }, ['body', 'name']],
    [{ name: 'a/b' }, ['body', 'name']],
    [{ name: '.a' }, ['body', 'name']],
    [{ name: 'a'.repeat(65) }, ['body', 'name']],
    [{ name: 'a\n' }, ['body', 'name']],
    [{ name: 'a', plan: 'GOLD' }, ['body', 'plan']],
    [{ name: 'a', key: { name: 'k', scopes: [] } }, ['body', 'key', 'scopes']],
  ])('are not made from %j', async (body, loc) => {
    const answer = await api.ask('POST', `${ROOT}/accounts`, { body })
    expect(answer).toMatchObject({ status: 422, json: { detail: [{ loc }] } })
  })

  it('change their plan, are disabled and enabled', async () => {
    const { key, ...account } = await makeAccount({ name: 'team-c', key: FIRST_KEY })
    const change = async (body: object) => await api.ask('PATCH', `${ROOT}/accounts/team-c`, { body })
    expect(await change({ plan: 'FREE' })).toMatchObject({ status: 200, json: { plan: 'FREE' } })
    const disabled = AccountInfo.parse((await change({ disabled: true })).json)
    expect(disabled).toEqual({ ...account, plan: 'FREE', disabled_at: api.clock.nowMs() })
    expect(await statusOf(key?.key)).toBe(401)
    const enabled = AccountInfo.parse((await change({ disabled: false })).json)
    expect(enabled).toEqual({ ...account, plan: 'FREE' })
    expect(await statusOf(key?.key)).toBe(200)
    expect((await change({ disabled: 'yes' })).status).toBe(422)
    expect(AccountInfo.parse((await change({})).json)).toEqual(enabled)
  })

  it('that are needed cannot be disabled, and then nothing is changed', async () => {
    const disable = async (name: string, key = api.adminKey) =>
      await api.ask('PATCH', `${ROOT}/accounts/${name}`, { key, body: { plan: 'FREE', disabled: true } })
    const refused = { status: 409, json: { type: '/docs/errors/account-needed' } }
    expect(await disable('admin', api.otherKey)).toMatchObject(refused)
    expect(await disable('other', api.otherKey)).toMatchObject(refused)
    const { accounts } = AccountList.parse((await api.ask('GET', `${ROOT}/accounts`)).json)
    expect(accounts.filter(({ name }) => ['admin', 'other'].includes(name))).toMatchObject([
      { name: 'admin', plan: 'UNLIMITED' },
      { name: 'other', plan: 'UNLIMITED' },
    ])
    expect(accounts.every((account) => !('disabled_at' in account) || account.name !== 'admin')).toBe(true)
  })

  it.each([
    ['GET', '', undefined],
    ['PATCH', '', { plan: 'FREE' }],
    ['GET', '/keys', undefined],
    ['POST', '/keys', FIRST_KEY],
    ['DELETE', '/keys/1', undefined],
    ['POST', '/keys/1/rotate', {}],
  ] as const)('that are not there: %s %s is answered 404', async (method, path, body) => {
    const answer = await api.ask(method, `${ROOT}/accounts/nobody%2F..${path}`, { body })
    expect(answer).toMatchObject({ status: 404, json: { type: '/docs/errors/account-not-found' } })
  })
})

describe('the keys of another account', () => {
  it('are made, listed, replaced and revoked by an administrator', async () => {
    const { id: accountId } = await makeAccount({ name: 'team-d' })
    const path = `${ROOT}/accounts/team-d/keys`
    const made = CreatedKey.parse(
      (await api.ask('POST', path, { body: { name: 'sensor', scopes: ['report'] } })).json,
    )
    const works = (key: string) => api.accounts.authenticate(key, api.clock.nowMs())?.accountId
    expect(works(made.key)).toBe(accountId)
    const rotated = CreatedKey.parse(
      (await api.ask('POST', `${path}/${made.id}/rotate`, { body: { overlap: 0 } })).json,
    )
    expect([works(made.key), works(rotated.key)]).toEqual([undefined, accountId])
    const { keys } = KeyList.parse((await api.ask('GET', path)).json)
    expect(keys.map(({ id }) => id)).toEqual([made.id, rotated.id])
    expect((await api.ask('DELETE', `${path}/${rotated.id}`)).status).toBe(204)
    expect(works(rotated.key)).toBeUndefined()
  })

  it('are not found under the name of a further one', async () => {
    await makeAccount({ name: 'team-e' })
    const { key } = await makeAccount({ name: 'team-f', key: FIRST_KEY })
    const answer = await api.ask('DELETE', `${ROOT}/accounts/team-e/keys/${key?.id}`)
    expect(answer).toMatchObject({ status: 404, json: { type: '/docs/errors/key-not-found' } })
    expect(await statusOf(key?.key)).toBe(200)
  })
})

describe('a key', () => {
  it('says of itself in the list that it is the one that asks', async () => {
    const { keys } = KeyList.parse((await api.ask('GET', `${ROOT}/keys`)).json)
    expect(keys.filter(({ current }) => current === true)).toMatchObject([{ hint: api.adminKey.slice(-4) }])
  })

  it('that ends makes and replaces none that outlives it', async () => {
    const make = async (body: object, key = api.adminKey) =>
      await api.ask('POST', `${ROOT}/keys`, { key, body: { name: 'n', scopes: ['manage'], ...body } })
    const lasting = CreatedKey.parse((await make({})).json)
    const { key, id } = CreatedKey.parse((await make({ ttl: 1000 })).json)
    for (const body of [{}, { ttl: 1001 }]) {
      const answer = await make(body, key)
      expect(answer).toMatchObject({ status: 403, json: { type: '/docs/errors/forbidden' } })
      expect(answer.text).toContain('1000 seconds')
    }
    const short = CreatedKey.parse((await make({ ttl: 1000 }, key)).json)
    await api.clock.advance(1000 - 1)
    for (const each of [lasting, short, { id }]) {
      expect((await api.ask('POST', `${ROOT}/keys/${each.id}/rotate`, { key })).status).toBe(403)
    }
    expect((await api.ask('DELETE', `${ROOT}/keys/${lasting.id}`, { key })).status).toBe(204)
  })

  it('with the scope admin in a further account may go when another is left', async () => {
    const { key } = await makeAccount({ name: 'second-admin', key: { name: 'n', scopes: ['admin'] } })
    const path = `${ROOT}/accounts/second-admin/keys/${key?.id}`
    expect((await api.ask('DELETE', path)).status).toBe(204)
  })
})
