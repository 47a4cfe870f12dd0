import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiServer, createApiServer } from '../../src/api/index.ts'
import { ERRORS, ErrorBody, ReadyInfo } from '../../src/contract/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { sendRaw } from '../support/raw-http.ts'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** A second server on the same lists and accounts. */
function makeServer(denylist = api.denylist): ApiServer {
  const { accounts, sensors, enforcers, activity, quota, clock, settings } = api
  return createApiServer({
    denylist,
    accounts,
    sensors,
    enforcers,
    activity,
    quota,
    clock,
    logger: silentLogger,
    settings,
  })
}

/** The head of a report of the administrator. */
function reportHead(lines: string): string {
  return `POST /v1/ip HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${api.adminKey}\r\n${lines}\r\n\r\n`
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'content-security-policy': expect.stringContaining("default-src 'none'") as string,
}

describe('health', () => {
  it.each(['GET', 'HEAD'] as const)('is told to anybody: %s', async (method) => {
    const answer = await api.ask(method, '/healthz', { key: undefined })
    expect(answer).toMatchObject({ status: 200, headers: HEADERS })
    expect(answer.text).toBe(method === 'GET' ? '{"status":"ok","version":"0.0.0-test"}' : '')
    expect((await api.ask(method, '/readyz', { key: undefined })).status).toBe(200)
  })

  it('is not ready while the journal takes nothing, and says so without details', async () => {
    expect((await api.ask('GET', '/readyz')).json).toEqual({ ready: true, reasons: [] })
    api.breakJournal(true)
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.8.8.8'] } })
    const answer = await api.ask('GET', '/readyz', { key: undefined })
    expect(answer.status).toBe(503)
    expect(ReadyInfo.parse(answer.json).reasons).toEqual([expect.stringContaining('journal')])
    expect(answer.text).not.toContain('secret')
    expect((await api.ask('GET', '/healthz')).status).toBe(200)
    api.breakJournal(false)
    await api.clock.advance(30_000)
    expect((await api.ask('GET', '/readyz')).status).toBe(200)
  })

  it('is not ready while the tables cannot be written', async () => {
    const denylist = {
      ...api.denylist,
      status: () => ({ entries: 0, waitingRows: 1, mergeError: 'at /secret' }),
    }
    const server = makeServer(denylist)
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    const answer = await fetch(`${url}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.text()).toMatch(/"reasons":\["store: the tables [^"/]*"\]/)
    await server.close()
  })
})

describe('the pages of errors', () => {
  it.each(Object.entries(ERRORS))('explain %s', async (slug, { title, explanation }) => {
    const answer = await api.ask('GET', `/docs/errors/${slug}`, { key: undefined })
    expect(answer).toMatchObject({
      status: 200,
      headers: { ...HEADERS, 'content-type': 'text/html; charset=utf-8' },
    })
    expect(answer.text).toContain(`<h1>${title}</h1>`)
    expect(answer.text).toContain(`<p>${explanation}</p>`)
    expect(answer.text).not.toMatch(/<script|<style|(?:src|href)="https?:/)
  })

  it('are listed', async () => {
    const { text } = await api.ask('GET', '/docs/errors', { key: undefined })
    for (const slug of Object.keys(ERRORS)) expect(text).toContain(`href="/docs/errors/${slug}"`)
  })

  it.each(['no-such', '__proto__', 'constructor', '%3Cscript%3E'])('are not made up: %s', async (slug) => {
    const answer = await api.ask('GET', `/docs/errors/${slug}`, { key: undefined })
    expect(answer).toMatchObject({ status: 404, json: { type: '/docs/errors/resource-not-found' } })
  })
})

describe('an unknown path', () => {
  it.each([
    '/',
    '/v1',
    '/v1/ip/1.2.3.4',
    '/v1/risk?ip=1.2.3.4',
    '/V1/ip',
    '/v1//ip',
    '/../etc/passwd',
    '/v1/ip%2F',
  ])('is answered 404 in our body: %s', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE'] as const) {
      const answer = await api.ask(method, path, { body: method === 'GET' ? undefined : 'x'.repeat(100) })
      expect(answer).toMatchObject({
        status: 404,
        headers: HEADERS,
        json: { type: '/docs/errors/resource-not-found' },
      })
    }
  })

  it('is not repeated at length', async () => {
    const answer = await api.ask('GET', `/${'x'.repeat(10_000)}`)
    expect(answer.status).toBe(404)
    expect(answer.text.length).toBeLessThan(400)
  })
})

describe('a page of another site', () => {
  it.each([
    ['OPTIONS', '/v1/ip', 405],
    ['OPTIONS', '/v1/token', 405],
    ['OPTIONS', '/nowhere', 404],
    ['GET', '/v1/token', 200],
    ['GET', '/healthz', 200],
    ['POST', '/v1/ip', 422],
  ] as const)('is told by no header that it may read the answer: %s %s', async (method, path, status) => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
    const answer = await api.ask(method, path, { headers })
    expect(answer).toMatchObject({ status, headers: HEADERS })
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('what is no request by the rules of HTTP', () => {
  it.each([
    ['a line that is none', 'hello\r\n\r\n', 400, 'malformed-request'],
    ['a method there is not', 'FETCH / HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed-request'],
    ['a version there is not', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n', 400, 'malformed-request'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', 400, 'malformed-request'],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', 400, 'malformed-request'],
    ['a header without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n', 400, 'malformed-request'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nA: \u0000\r\n\r\n', 400, 'malformed-request'],
    [
      'two lengths',
      'POST /test HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'length and chunks',
      'POST /test HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'a negative length',
      'POST /test HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      400,
      'malformed-request',
    ],
    [
      'headers without end',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}`,
      431,
      'request-header-too-large',
    ],
    [
      'a long path',
      `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'request-header-too-large',
    ],
    ['a tunnel', 'CONNECT evil:443 HTTP/1.1\r\nHost: x\r\n\r\n', 405, 'method-not-allowed'],
    [
      'an expectation',
      'POST /test HTTP/1.1\r\nHost: x\r\nExpect: gold\r\nContent-Length: 0\r\n\r\n',
      417,
      'expectation-failed',
    ],
  ])('is answered in our body: %s', async (_, bytes, status, slug) => {
    const answer = await sendRaw(api.port, Buffer.from(bytes, 'latin1'))
    expect(answer?.status).toBe(status)
    expect(Object.fromEntries(answer?.headers ?? [])).toMatchObject(HEADERS)
    expect(ErrorBody.parse(JSON.parse(answer?.body ?? ''))).toMatchObject({
      title: expect.any(String) as string,
      type: `/docs/errors/${slug}`,
    })
  })

  it('is answered in our body: a chunk that is none', async () => {
    const answer = await sendRaw(api.port, `${reportHead('Transfer-Encoding: chunked')}nonsense\r\n`)
    expect([answer?.status, ErrorBody.parse(JSON.parse(answer?.body ?? '')).type]).toEqual([
      400,
      '/docs/errors/malformed-request',
    ])
  })

  it('leaves the connection of others alone', async () => {
    await sendRaw(api.port, 'nonsense\r\n\r\n')
    expect((await api.ask('GET', '/healthz')).status).toBe(200)
  })
})

describe('a body', () => {
  it('may come in chunks', async () => {
    const body = '{"addresses":["8.8.4.4"]}'
    const chunks = body.replaceAll(/./g, '1\r\n$&\r\n')
    const answer = await sendRaw(api.port, `${reportHead('Transfer-Encoding: chunked')}${chunks}0\r\n\r\n`)
    expect(answer?.status).toBe(202)
  })

  it('may be asked for before it is sent', async () => {
    const socket = connect(api.port, '127.0.0.1').setEncoding('latin1')
    socket.write(reportHead('Expect: 100-continue\r\nContent-Length: 25'))
    const answers: string[] = []
    for await (const text of socket as AsyncIterable<string>) {
      answers.push(text)
      if (text.startsWith('HTTP/1.1 202')) break
      socket.write('{"addresses":["8.8.4.4"]}')
    }
    expect(answers.map((text) => text.slice(9, 12))).toEqual(['100', '202'])
  })

  it('that is too large is answered 413 even while it is still on its way', async () => {
    for (const size of [1_048_577, 2_000_000, 6_000_000]) {
      const declared = await sendRaw(api.port, `${reportHead(`Content-Length: ${size}`)}${' '.repeat(size)}`)
      expect(declared?.status).toBe(413)
      const chunk = `${size.toString(16)}\r\n${' '.repeat(size)}\r\n0\r\n\r\n`
      const chunked = await sendRaw(api.port, `${reportHead('Transfer-Encoding: chunked')}${chunk}`)
      expect(chunked?.status).toBe(413)
    }
  })

  it('without end is cut off', async () => {
    const socket = connect(api.port, '127.0.0.1')
    socket.write(reportHead('Transfer-Encoding: chunked'))
    const piece = `10000\r\n${' '.repeat(0x10000)}\r\n`
    let sent = 0
    const send = () => {
      while (sent < 100_000_000 && socket.write(piece)) sent += piece.length
      sent += piece.length
    }
    socket.on('drain', send)
    socket.on('error', () => socket.destroy())
    const closed = new Promise<void>((resolve) => {
      socket.on('close', () => resolve())
    })
    send()
    await closed
    expect(sent).toBeLessThan(50_000_000)
  })

  it('of a request without a key is not waited for', async () => {
    const answer = await sendRaw(api.port, 'POST /v1/ip HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{')
    expect(answer?.status).toBe(401)
  })
})

describe('a request of HTTP/1.0', () => {
  it('is answered, also with a list of unknown length', async () => {
    await api.ask('POST', '/v1/ip', { body: { addresses: ['8.8.4.4'] } })
    const path = '/v1/denylist/reported/ip?output_format=PLAIN'
    const answer = await sendRaw(
      api.port,
      `GET ${path} HTTP/1.0\r\nAuthorization: Bearer ${api.adminKey}\r\n\r\n`,
    )
    expect(answer?.status).toBe(200)
    expect(answer?.body).toContain('8.8.4.4\n')
  })
})

describe('a fault of the program', () => {
  it('is answered 500 without a word of it', async () => {
    const denylist = {
      ...api.denylist,
      findEntry: () => {
        throw new Error('secret detail at /secret/path.ts:1')
      },
    }
    const server = makeServer(denylist)
    const url = await server.listen({ host: '127.0.0.1', port: 0 })
    const headers = { authorization: `Bearer ${api.adminKey}` }
    const answer = await fetch(`${url}/v1/denylist/reported/ip/8.8.8.8`, { headers })
    expect(answer.status).toBe(500)
    const text = await answer.text()
    expect(JSON.parse(text)).toMatchObject({ type: '/docs/errors/internal-error' })
    expect(text).not.toMatch(/secret|stack|\.ts/)
    await server.close()
  })
})

describe('listening', () => {
  it('fails with a code when the port is taken', async () => {
    const server = makeServer()
    await expect(server.listen({ host: '127.0.0.1', port: api.port })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      fields: { host: '127.0.0.1', port: api.port },
    })
    await server.close()
  })

  it.each([
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['localhost', /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/],
  ])('on %s gives a URL that answers', async (host, form) => {
    const server = makeServer()
    const url = await server.listen({ host, port: 0 })
    expect(url).toMatch(form)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await server.close()
  })

  it('ends after the requests under way, and takes no more', async () => {
    const own = await openApi()
    const body = '{"addresses":["8.8.4.4"]}'
    const socket = connect(own.port, '127.0.0.1').setEncoding('latin1')
    const head = `POST /v1/ip HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.adminKey}\r\n`
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`)
    await once(socket, 'data')
    // the server has the head now: close it with the body half-way
    const closed = own.closeServer()
    socket.write(body)
    const [answer] = (await once(socket, 'data')) as [string]
    expect(answer).toContain('HTTP/1.1 202 Accepted\r\n')
    expect(answer.toLowerCase()).toContain('connection: close\r\n')
    await closed
    await expect(sendRaw(own.port, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
    await own.close()
  })
})
