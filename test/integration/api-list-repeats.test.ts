import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { heldToContract } from '../support/held-answers.ts'

let api: ApiPlace
beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const ask = heldToContract(() => api)

const LIST = { name: 'mine', description: '', resource_type: 'CIDR', tags: [] }
const SEVEN_DAYS_MS = 7 * 86_400_000
const ROOTS = ['/v1/denylist/private', '/v1/allowlist/private'] as const

let keys = 0
const newKey = () => ({ 'idempotency-key': `key-${++keys}` })

/** What a client sees of an answer. */
async function change(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  options: { body?: unknown; headers?: Record<string, string>; key?: string },
) {
  const { status, text, headers } = await ask(method, path, options)
  return { status, text, location: headers['location'] }
}

async function makeList(root: string): Promise<string> {
  const { json } = await ask('POST', root, { body: LIST })
  return `${root}/${json as string}`
}

async function contentOf(list: string): Promise<unknown> {
  return ((await ask('GET', `${list}/content`)).json as { cidrs: string[] }).cidrs
}

async function countLists(root: string): Promise<number> {
  return ((await ask('GET', `${root}/all`)).json as { lists: unknown[] }).lists.length
}

describe.each(ROOTS)('a change with an Idempotency-Key, sent twice, under %s', (root) => {
  it('makes one list and answers its id both times', async () => {
    const headers = newKey()
    const before = await countLists(root)
    const first = await change('POST', root, { body: LIST, headers })
    expect(first.status).toBe(202)
    await api.clock.advance(60_000)
    expect(await change('POST', root, { body: LIST, headers })).toEqual(first)
    expect(await countLists(root)).toBe(before + 1)
    expect((await ask('GET', `${root}/${JSON.parse(first.text) as string}`)).status).toBe(200)
  })

  it('makes one list when both arrive at the same time', async () => {
    const headers = newKey()
    const before = await countLists(root)
    const send = () => change('POST', root, { body: LIST, headers })
    const [first, ...others] = await Promise.all([send(), send(), send()])
    expect(others).toEqual([first, first])
    expect(await countLists(root)).toBe(before + 1)
  })

  it('puts nothing back on a list that was taken off meanwhile', async () => {
    const list = await makeList(root)
    const headers = newKey()
    const body = { append: ['8.8.8.0/24'] }
    const first = await change('PUT', `${list}/content`, { body, headers })
    await ask('PUT', `${list}/content`, { body: { remove: ['8.8.8.0/24'] } })
    expect(await change('PUT', `${list}/content`, { body, headers })).toEqual(first)
    expect(await contentOf(list)).toEqual([])
  })

  it('empties a list once', async () => {
    const list = await makeList(root)
    const headers = newKey()
    await change('DELETE', `${list}/content`, { headers })
    await ask('PUT', `${list}/content`, { body: { append: ['8.8.8.0/24'] } })
    expect((await change('DELETE', `${list}/content`, { headers })).status).toBe(202)
    expect(await contentOf(list)).toEqual(['8.8.8.0/24'])
  })

  it('is answered as at first when the list is gone or the time it names is over', async () => {
    const list = await makeList(root)
    const [rename, remove] = [newKey(), newKey()]
    const expiry = Math.floor(api.clock.nowMs() / 1000) + 10
    const renamed = await change('PUT', list, { body: { expiry }, headers: rename })
    expect(renamed.status).toBe(202)
    const removed = await change('DELETE', list, { headers: remove })
    expect(removed.status).toBe(202)
    await api.clock.advance(20_000)
    expect(await change('PUT', list, { body: { expiry }, headers: rename })).toEqual(renamed)
    expect(await change('DELETE', list, { headers: remove })).toEqual(removed)
    expect((await change('DELETE', list, { headers: newKey() })).status).toBe(404)
    expect((await change('DELETE', list, {})).status).toBe(404)
  })

  it('counts for the list it names and for no other', async () => {
    const [one, other] = [await makeList(root), await makeList(root)]
    const headers = newKey()
    const body = { append: ['8.8.8.0/24'] }
    await change('PUT', `${one}/content`, { body, headers })
    await change('PUT', `${other}/content`, { body, headers })
    expect(await contentOf(other)).toEqual(['8.8.8.0/24'])
    const report = { body: { addresses: ['8.7.6.5'] }, headers }
    expect((await change('POST', '/v1/ip', report)).status).toBe(202)
    expect((await ask('GET', '/v1/denylist/reported/ip/8.7.6.5')).status).toBe(200)
    await ask('DELETE', one)
    await ask('DELETE', other)
  })

  it('counts again after seven days, and in another account', async () => {
    const list = await makeList(root)
    const headers = newKey()
    const body = { append: ['8.8.8.0/24'] }
    await change('PUT', `${list}/content`, { body, headers })
    const first = await change('POST', root, { body: LIST, headers })
    const theirs = await change('POST', root, { body: LIST, headers, key: api.otherKey })
    expect(theirs.text).not.toBe(first.text)
    await ask('DELETE', `${list}/content`)
    await api.clock.advance(SEVEN_DAYS_MS)
    await change('PUT', `${list}/content`, { body, headers })
    expect(await contentOf(list)).toEqual(['8.8.8.0/24'])
  })

  it('is refused as at first', async () => {
    const [{ self } = { self: '' }] = (
      (await ask('GET', `${root}/all`)).json as { lists: { self: string; name: string }[] }
    ).lists.filter(({ name }) => name.startsWith('Default'))
    const headers = newKey()
    const first = await change('DELETE', self, { headers })
    expect(first.status).toBe(403)
    expect(await change('DELETE', self, { headers })).toEqual(first)
  })
})

describe('a choice of a public list with an Idempotency-Key', () => {
  it('is made, and let go of, once', async () => {
    const { lists } = (await ask('GET', '/v1/denylist/public/all')).json as { lists: { self: string }[] }
    const { self } = lists[0]!
    const statusOf = async () => ((await ask('GET', self)).json as { status: string }).status
    const [on, off] = [newKey(), newKey()]
    const switched = await change('PUT', self, { body: { status: 'ACTIVE' }, headers: on })
    const released = await change('DELETE', self, { headers: off })
    expect(await change('DELETE', self, { headers: off })).toEqual(released)
    expect(await change('PUT', self, { body: { status: 'ACTIVE' }, headers: on })).toEqual(switched)
    expect(await statusOf()).toBe('INACTIVE')
    await change('PUT', self, { body: { status: 'ACTIVE' }, headers: newKey() })
    expect(await change('DELETE', self, { headers: off })).toEqual(released)
    expect(await statusOf()).toBe('ACTIVE')
    await change('DELETE', self, {})
    // a list that is off anyway
    expect(await change('DELETE', self, { headers: newKey() })).toMatchObject({ status: 202 })
  })
})

describe('an Idempotency-Key that cannot stand', () => {
  it.each(['', 'a b', 'x'.repeat(256)])('is refused: %j', async (key) => {
    const headers = { 'idempotency-key': key }
    expect((await change('POST', ROOTS[0], { body: LIST, headers })).status).toBe(422)
  })
})
