import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { type FastifyInstance, fastify } from 'fastify'
import { request } from 'undici'
import { describe, expect, it, vi } from 'vitest'
import { type OtherServers, prepareGracefulClose } from './graceful-close.ts'
import { OpenConnections } from './open-connections.ts'

const LONG_MS = 600_000

const NO_OTHERS: OtherServers = {
  closeIdleConnections: () => undefined,
  closeAllConnections: () => undefined,
  close: async () => undefined,
}

function prepare(app: FastifyInstance, graceMs: number): () => Promise<void> {
  const connections = new OpenConnections()
  connections.watch(app.server)
  return prepareGracefulClose(app, { graceMs, others: NO_OTHERS, connections })
}

describe('closing', () => {
  it('cuts what does not end in time', async () => {
    const app = fastify()
    const close = prepare(app, 20)
    const arrived = new Promise<void>((resolve) => {
      app.get('/', () => {
        resolve()
        return Promise.withResolvers().promise
      })
    })
    const answer = request(await app.listen({ port: 0, host: '127.0.0.1' })).catch(() => 'cut')
    await arrived
    await close()
    expect(await answer).toBe('cut')
  })

  it('waits for requests under way and tells their clients that the connection ends', async () => {
    const app = fastify()
    const close = prepare(app, LONG_MS)
    const finish = Promise.withResolvers<string>()
    const arrived = new Promise<void>((resolve) => {
      app.get('/', async () => {
        resolve()
        return await finish.promise
      })
    })
    const answer = request(await app.listen({ port: 0, host: '127.0.0.1' }))
    await arrived
    const closed = close()
    finish.resolve('done')
    const { headers, body } = await answer
    expect([headers['connection'], await body.text()]).toEqual(['close', 'done'])
    await closed
  })

  it('does not wait for a connection that is idle', async () => {
    const app = fastify({ keepAliveTimeout: LONG_MS })
    const close = prepare(app, LONG_MS)
    app.get('/', () => 'done')
    const { body } = await request(await app.listen({ port: 0, host: '127.0.0.1' }))
    await body.text()
    await expect(close()).resolves.toBeUndefined()
  })

  it('waits for a request whose beginning has come in', async () => {
    const app = fastify({ return503OnClosing: false })
    const close = prepare(app, LONG_MS)
    app.get('/', () => 'done')
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const socket = connect(Number(port), '127.0.0.1')
    const answer = text(socket)
    socket.write('GET / HTTP/1.1\r\nHo')
    const [peer] = (await once(app.server, 'connection')) as [Socket]
    await vi.waitFor(() => expect(peer.bytesRead).toBeGreaterThan(0))
    const closed = close()
    socket.write('st: x\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 200 [^]*done$/)
    await closed
  })

  it('does not wait for a connection on which nothing came, and lets no new one in', async () => {
    const app = fastify()
    const ending = Promise.withResolvers<undefined>()
    app.addHook('preClose', () => ending.promise)
    const close = prepare(app, LONG_MS)
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const open = () => connect(Number(port), '127.0.0.1').on('error', () => undefined)
    const early = open()
    await once(app.server, 'connection')
    const closed = close()
    await once(early, 'close')
    // not yet closed to new connections
    await once(open(), 'close')
    ending.resolve(undefined)
    await expect(closed).resolves.toBeUndefined()
  })

  it('does not wait for a connection whose answer began before and ends afterwards', async () => {
    const app = fastify({ keepAliveTimeout: LONG_MS })
    const close = prepare(app, LONG_MS)
    const finish = Promise.withResolvers<undefined>()
    app.get('/', (_request, reply) => {
      void reply.hijack()
      reply.raw.write('begin')
      void finish.promise.then(() => reply.raw.end('end'))
    })
    const { headers, body } = await request(await app.listen({ port: 0, host: '127.0.0.1' }))
    const closed = close()
    finish.resolve(undefined)
    expect([headers['connection'], await body.text()]).toEqual(['keep-alive', 'beginend'])
    await closed
  })
})
