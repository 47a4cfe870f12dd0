import type { RequestListener, Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { silentLogger } from '../runtime/index.ts'
import { createHttpServer, HTTP_LIMITS, type HttpLimits, handleClientError } from './http-server.ts'

async function listen(limits: Partial<HttpLimits>, listener: RequestListener = answerOk): Promise<Server> {
  const server = createHttpServer(listener, {
    logger: silentLogger,
    limits: { ...HTTP_LIMITS, connectionsCheckingInterval: 10, ...limits },
  })
  server.on('clientError', handleClientError)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return server
}

function answerOk(_request: unknown, response: { end(text: string): void }): void {
  response.end('fine')
}

function open(server: Server): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  return socket
}

async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve())
  })
  return Buffer.concat(chunks).toString()
}

describe('a client that is slow', () => {
  it('to send its headers is answered 408 in our own body', async () => {
    const socket = open(await listen({ headersTimeout: 20 }))
    socket.write('POST /v1/ip HTTP/1.1\r\nHost:')
    const text = await readToEnd(socket)
    expect(text).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(text).toContain('"type":"/docs/errors/request-timeout"')
  })

  it('to send its body is answered 408', async () => {
    const server = await listen({ headersTimeout: 20, requestTimeout: 30 }, () => undefined)
    const socket = open(server)
    socket.write('POST /v1/ip HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{')
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('to read its answer is let go', async () => {
    const server = await listen({ stalledTimeout: 30 }, (_request, response) => {
      response.end('x'.repeat(50_000_000))
    })
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()))
    })
    const socket = open(server)
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await expect(closed).resolves.toBeUndefined()
  })
})

describe('too many clients', () => {
  it('are closed at once, and the others are served', async () => {
    const server = await listen({ maxConnections: 1 })
    const first = open(server)
    first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await new Promise((resolve) => {
      first.once('data', resolve)
    })
    expect(await readToEnd(open(server))).toBe('')
    first.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    expect(await readToEnd(first)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('a fault behind the start of an answer', () => {
  it('ends the connection without another answer in the middle of the first', async () => {
    const server = await listen({}, (_request, response) => {
      response.write('the beginning')
    })
    const socket = open(server)
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    await new Promise((resolve) => {
      socket.once('data', resolve)
    })
    socket.write('no chunk at all')
    expect(await readToEnd(socket)).not.toContain('400')
  })
})
