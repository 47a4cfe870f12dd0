import { readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkConnection, findingOfTls } from './check-connection.ts'

const signal = new AbortController().signal
const cert = readFileSync(new URL('../../../test/fixtures/tls/loopback.cert.pem', import.meta.url), 'utf8')
const key = readFileSync(new URL('../../../test/fixtures/tls/loopback.key.pem', import.meta.url), 'utf8')

let server: Server
let url: URL

async function listen(listening: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    listening.listen(0, '127.0.0.1', resolve)
  })
  return (listening.address() as AddressInfo).port
}

beforeEach(async () => {
  server = createServer({ cert, key })
  url = new URL(`https://127.0.0.1:${await listen(server)}/v1/ip`)
})
afterEach(() => {
  server.close()
})

describe('the check of the connection', () => {
  it('says why a certificate is not trusted, whose it is, and what helps', async () => {
    const finding = await checkConnection({ url, environment: {}, signal })
    expect(finding).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT') as unknown,
      help: expect.stringContaining('ca_file') as unknown,
    })
    expect(finding.details?.join('\n')).toMatch(/certificate of .+\nissued by .+, \d+ days left/)
  })

  it('is content with an own authority that it is told of', async () => {
    expect(await checkConnection({ url, environment: {}, ca: cert, signal })).toMatchObject({ status: 'ok' })
  })

  it('fails where nobody listens', async () => {
    await new Promise((resolve) => {
      server.close(resolve)
    })
    expect(await checkConnection({ url, environment: {}, signal })).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('ECONNREFUSED') as unknown,
    })
  })

  it('goes through the proxy of the environment, and warns of a key in plain text', async () => {
    let asked = ''
    const proxy = createHttp().on('connect', (request, socket) => {
      asked = request.url ?? ''
      const onward = connect(Number(url.port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        socket.pipe(onward).pipe(socket)
      })
    })
    const environment = { http_proxy: `http://127.0.0.1:${await listen(proxy)}` }
    try {
      const secure = new URL('https://list.example.org/v1/ip')
      const tunnelled = await checkConnection({ url: secure, environment, ca: cert, signal })
      expect(asked).toBe('list.example.org:443')
      expect(tunnelled).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as unknown,
      })
      const plain = new URL('http://list.example.org/v1/ip')
      expect(await checkConnection({ url: plain, environment, signal })).toMatchObject({
        status: 'warning',
        help: expect.stringContaining('https') as unknown,
      })
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  it('warns of a certificate that ends soon', () => {
    const certificate = { subject: 'CN=a', issuer: 'CN=b', validToMs: 10 * 86_400_000 }
    const tls = { handshakeMs: 1, protocol: 'TLSv1.3', certificate, distrust: undefined }
    expect(findingOfTls('connected', tls, 0)).toMatchObject({
      status: 'warning',
      found: expect.stringContaining('10 days') as unknown,
    })
  })
})
