import { expect, it, onTestFinished } from 'vitest'
import { createApiServer } from '../../src/api/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { openApi } from '../support/api-place.ts'
import { captureLog } from '../support/captured-logger.ts'

async function openLogged() {
  const api = await openApi()
  const { logger: accessLog, lines } = captureLog()
  const { accounts, denylist, sensors, enforcers, activity, quota, clock, settings } = api
  const parts = { accounts, denylist, sensors, enforcers, activity, quota, clock, settings }
  const server = createApiServer({ ...parts, logger: silentLogger, accessLog })
  onTestFinished(async () => {
    await server.close()
    await api.close()
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const ask = async (path: string, authorization: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization } })
    return (await answer.text()).length
  }
  return { api, ask, lines }
}

it('has one line for each request, refused ones too, and never the key', async () => {
  const { api, ask, lines } = await openLogged()
  const unknown = `tja_${'x'.repeat(36)}`
  const length = await ask('/v1/denylist/reported/ip?page=1', `Bearer ${api.adminKey}`)
  await ask('/v1/token', `Bearer ${unknown}`)
  await ask(`/nowhere/${unknown}?key=${unknown}`, 'Basic x')
  await expect.poll(() => lines.length).toBe(3)
  expect(lines).toMatchObject([
    {
      method: 'GET',
      path: '/v1/denylist/reported/ip?page=***',
      status: 200,
      client: '127.0.0.1',
      keyId: 1,
      keyName: 'administrator',
      account: expect.any(String) as string,
    },
    { path: '/v1/token', status: 401 },
    { path: '/nowhere/***?key=***', status: 404 },
  ])
  expect(lines[0]?.['bytes']).toBeGreaterThan(length)
  expect(lines[1]).not.toHaveProperty('keyId')
  expect(JSON.stringify(lines)).not.toMatch(/tja_/)
})
