import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls'
import { Client } from 'undici'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createApiServer } from '../../src/api/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { makeCertificate, type TestCertificate } from '../support/certificates.ts'
import { sendRaw } from '../support/raw-http.ts'

const HSTS = 'strict-transport-security'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** A server with TLS on the lists and accounts of the place, and the plain one beside it. */
async function openTls(tls: TestCertificate = makeCertificate()) {
  const { accounts, denylist, sensors, enforcers, activity, quota, clock, settings } = api
  const parts = { accounts, denylist, sensors, enforcers, activity, quota, clock, settings }
  const server = createApiServer({ ...parts, logger: silentLogger, tls })
  onTestFinished(() => server.close())
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { server, url, port: Number(new URL(url).port), localUrl: await server.listenLocally() }
}

async function ask(url: string, path: string, ca?: string) {
  const client = new Client(url, ca === undefined ? {} : { connect: { ca } })
  onTestFinished(() => client.destroy())
  const { statusCode, headers, body } = await client.request({ method: 'GET', path })
  await body.text()
  return { status: statusCode, headers }
}

async function handshake(port: number, version: SecureVersion = 'TLSv1.3'): Promise<TLSSocket> {
  const versions = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' }
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...versions })
  onTestFinished(() => void socket.destroy())
  await once(socket, 'secureConnect')
  return socket
}

describe('a service with a certificate', () => {
  it('answers over TLS, refusals included, and has browsers come back over TLS alone', async () => {
    const tls = makeCertificate()
    const { url } = await openTls(tls)
    expect(url).toMatch(/^https:/)
    for (const [path, status] of [
      ['/healthz', 200],
      ['/v1/token', 401],
      ['/nowhere', 404],
      ['/%zz', 400],
    ] as const) {
      const answer = await ask(url, path, tls.cert)
      expect(answer).toMatchObject({ status, headers: { [HSTS]: 'max-age=31536000' } })
    }
  })

  it('answers what is no HTTP within TLS in the same way', async () => {
    const socket = await handshake((await openTls()).port)
    socket.write('hello\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 .*strict-transport-security: max-age/s)
  })

  it('answers plain HTTP on loopback beside it, where no browser is told to want TLS', async () => {
    const { localUrl } = await openTls()
    expect(localUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const answer = await ask(localUrl, '/healthz')
    expect(answer.status).toBe(200)
    expect(answer.headers).not.toHaveProperty(HSTS)
    expect((await ask(api.url, '/healthz')).headers).not.toHaveProperty(HSTS)
  })

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const socket = await handshake((await openTls()).port, version)
    expect(socket.getProtocol()).toBe(version)
  })

  it.each(['TLSv1', 'TLSv1.1'] as const)(
    'does not speak %s, also with another certificate',
    async (version) => {
      const { server, port } = await openTls()
      await expect(handshake(port, version)).rejects.toMatchObject({ code: /PROTOCOL_VERSION/ })
      server.replaceIdentity(makeCertificate())
      await expect(handshake(port, version)).rejects.toMatchObject({ code: /PROTOCOL_VERSION/ })
    },
  )

  it('ends a connection that speaks plain HTTP to it, and goes on', async () => {
    const { port } = await openTls()
    expect(await sendRaw(port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')).toBeUndefined()
    await handshake(port)
  })

  it('shows another certificate to new connections, and leaves those that stand alone', async () => {
    const { server, port, url } = await openTls()
    const before = await handshake(port)
    const next = makeCertificate('next')
    server.replaceIdentity(next)
    expect((await handshake(port)).getPeerCertificate().subject.CN).toBe('next')
    expect((await ask(url, '/healthz', next.cert)).status).toBe(200)
    before.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    const [answer] = (await once(before, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('closes both, also with connections that are idle', async () => {
    const { server, port, localUrl } = await openTls()
    const idle = [await handshake(port), connect(Number(new URL(localUrl).port), '127.0.0.1')]
    for (const socket of idle) {
      socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
      await once(socket, 'data')
    }
    const ended = idle.map((socket) => once(socket, 'close'))
    await server.close()
    await Promise.all(ended)
    await expect(handshake(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect(ask(localUrl, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('closes at once what asked for nothing, while a request that has begun goes on to its end', async () => {
    const { server, port, localUrl } = await openTls()
    const localPort = Number(new URL(localUrl).port)
    const opened = (to: number) => connect(to, '127.0.0.1')
    const busy = await handshake(port)
    const answer = text(busy)
    busy.write('POST /test HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n')
    const [silent, halfway, local] = [opened(port), opened(port), opened(localPort)]
    // the beginning of a record that never comes
    halfway.write(Buffer.from([22, 3, 1, 2, 0, 1]))
    const unused = [await handshake(port), silent, halfway, local]
    for (const socket of [silent, halfway, local]) if (socket.connecting) await once(socket, 'connect')
    const ended = unused.map((socket) => once(socket.on('error', () => undefined).resume(), 'close'))
    const closed = server.close()
    await Promise.all(ended)
    busy.write(`Authorization: Bearer ${api.adminKey}\r\n\r\n{}`)
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /)
    await closed
  })
})
