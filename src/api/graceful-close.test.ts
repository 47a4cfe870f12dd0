import { fastify } from 'fastify'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { prepareGracefulClose } from './graceful-close.ts'

const LONG_MS = 600_000

describe('closing', () => {
  it('cuts what does not end in time', async () => {
    const app = fastify()
    const close = prepareGracefulClose(app, 20)
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
    const close = prepareGracefulClose(app, LONG_MS)
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
    const close = prepareGracefulClose(app, LONG_MS)
    app.get('/', () => 'done')
    const { body } = await request(await app.listen({ port: 0, host: '127.0.0.1' }))
    await body.text()
    await expect(close()).resolves.toBeUndefined()
  })

  it('does not wait for a connection whose answer began before and ends afterwards', async () => {
    const app = fastify({ keepAliveTimeout: LONG_MS })
    const close = prepareGracefulClose(app, LONG_MS)
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
