import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { buildProgram, temporaryDirectory } from './support/program.ts'
import { startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

const LIMITED = ['--reports-per-minute', '6']

/** Sends reports at the same time. @returns the statuses, 0 where the service was killed before it answered */
async function reportTo(service: TestService, key: string, requests: number): Promise<number[]> {
  const send = async () => {
    const response = await fetch(`${service.url}/v1/ip`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ addresses: ['8.8.8.8'] }),
    }).catch(() => undefined)
    await response?.body?.cancel()
    return response?.status ?? 0
  }
  return await Promise.all(Array.from({ length: requests }, send))
}

const accepted = (statuses: readonly number[]) => statuses.filter((status) => status === 202).length

async function kill(service: TestService): Promise<void> {
  service.running.kill('SIGKILL')
  await service.running.finished
}

describe('the limit of a key', () => {
  it('holds over services that are killed, with SQLite', async () => {
    let service = await startService(LIMITED)
    const { data, key } = service
    const port = Number(new URL(service.url).port)
    let taken = accepted(await reportTo(service, key, 4))
    expect(taken).toBe(4)
    for (let round = 0; round < 3; round++) {
      await kill(service)
      service = await startService(LIMITED, { data, port })
      taken += accepted(await reportTo(service, key, 1))
    }
    expect(taken).toBe(6)
    const dying = reportTo(service, key, 10)
    await kill(service)
    expect(accepted(await dying)).toBe(0)
    service = await startService(LIMITED, { data, port })
    expect(await reportTo(service, key, 1)).toEqual([429])
  }, 50_000)

  describe.runIf(postgresOrSkip())('with PostgreSQL', () => {
    let server: PostgresServer
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(() => server.remove())

    it('holds over two services together, and when one of them is killed', async () => {
      const environment = { HONEYJAM_STORE: await server.createDatabase() }
      const first = await startService(LIMITED, { environment })
      let second = await startService(LIMITED, { environment })
      const { key } = first
      const statuses = await Promise.all([reportTo(first, key, 8), reportTo(second, key, 8)])
      expect(accepted(statuses.flat())).toBe(6)
      await kill(second)
      second = await startService(LIMITED, { environment, data: temporaryDirectory() })
      expect(await reportTo(second, key, 2)).toEqual([429, 429])
    }, 50_000)
  })
})
