import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeReportServer, status } from '../../test/support/fake-report-server.ts'
import { ApiClient } from './api-client.ts'

let server: FakeReportServer
let client: ApiClient

beforeEach(async () => {
  server = await FakeReportServer.start()
  client = new ApiClient({ baseUrl: server.origin, bearerToken: 'tja_test' })
})

afterEach(async () => {
  await client.close()
  await server.close()
})

describe('a request', () => {
  it('sends JSON with the key and returns the parsed answer', async () => {
    server.script(status(201, { headers: { 'x-test': 'a' }, body: '{"id":1}' }))
    const answer = await client.request({ method: 'POST', path: '/honeyjam/v1/keys', body: { name: 'n' } })
    expect(answer).toMatchObject({ status: 201, headers: { 'x-test': 'a' }, body: { id: 1 } })
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/honeyjam/v1/keys',
      body: '{"name":"n"}',
    })
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer tja_test',
      'content-type': 'application/json',
    })
  })

  it('has no body where the answer has none', async () => {
    server.script(status(204))
    expect(await client.request({ method: 'DELETE', path: '/x' })).toMatchObject({
      status: 204,
      body: undefined,
    })
    expect(server.requests[0]?.headers).not.toHaveProperty('content-type')
  })

  it('encodes the query, repeats lists and leaves out what is undefined', async () => {
    server.script(status(200, { body: '{}' }))
    await client.request({
      method: 'GET',
      path: '/x',
      query: { tag: ['A', 'B'], page: 2, note: 'a&b c', none: undefined },
    })
    expect(server.requests[0]?.path).toBe('/x?tag=A&tag=B&page=2&note=a%26b+c')
  })

  it('keeps the path prefix of the base URL', async () => {
    await client.close()
    client = new ApiClient({ baseUrl: `${server.origin}/prefix/`, bearerToken: 'tja_test' })
    server.script(status(200))
    await client.request({ method: 'GET', path: '/v1/token' })
    expect(server.requests[0]?.path).toBe('/prefix/v1/token')
  })
})

describe('a refusal', () => {
  it.each([
    [
      '{"title":"Not Found","detail":"No such key","type":"x"}',
      { title: 'Not Found', detail: 'No such key' },
    ],
    ['{"detail":[{"loc":["body","ttl"],"msg":"too small","type":"t"}]}', { detail: 'body.ttl: too small' }],
    ['<h1>Bad gateway</h1>\u001b[2J', { detail: '<h1>Bad gateway</h1>\\u001b[2J' }],
    ['null', { detail: 'null' }],
    ['', { detail: '' }],
  ])('holds status and reason of %j', async (body, fields) => {
    server.script(status(404, { body }))
    await expect(client.request({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'API_REFUSED',
      fields: { status: 404, ...fields },
    })
  })

  it('holds how long to wait', async () => {
    server.script(status(429, { headers: { 'retry-after': '9' }, body: '{}' }))
    await expect(client.request({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      fields: { status: 429, retryAfterSeconds: 9 },
    })
  })

  it('is also an answer that is no JSON', async () => {
    server.script(status(200, { body: '<html>' }))
    await expect(client.request({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'API_REFUSED',
      message: expect.stringContaining('<html>') as unknown,
    })
  })
})

describe('silence', () => {
  it.each(['reset', 'garbage'] as const)('is told apart from a refusal (%s)', async (kind) => {
    server.script({ kind })
    await expect(client.request({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      message: expect.stringContaining(`GET ${server.origin}/x`) as unknown,
    })
  })
})

describe('streaming', () => {
  it('hands on the text as it is, characters whole', async () => {
    const text = 'Zürich\n'.repeat(50_000)
    server.script(status(200, { headers: { 'content-type': 'text/csv' }, body: text }))
    const answer = await client.stream({ method: 'GET', path: '/x', headers: { accept: 'text/csv' } })
    let received = ''
    for await (const piece of answer.text) received += piece
    expect(received === text).toBe(true)
    expect(server.requests[0]?.headers['accept']).toBe('text/csv')
  })

  it('throws a refusal before the first piece', async () => {
    server.script(status(403, { body: '{"title":"Forbidden"}' }))
    await expect(client.stream({ method: 'GET', path: '/x' })).rejects.toMatchObject({
      fields: { status: 403 },
    })
  })
})
