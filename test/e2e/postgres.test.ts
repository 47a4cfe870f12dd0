import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { randomFrom } from '../support/random.ts'
import { publicAddress } from './support/cowrie.ts'
import { buildProgram, run, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, fetchListed, startService, type TestService } from './support/service.ts'

/** 50 take ten minutes: npm run torture:postgres */
const ROUNDS = Number(process.env['HONEYJAM_KILL_ROUNDS'] ?? 4)
const SEED = Number(process.env['HONEYJAM_KILL_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const REPORTERS = 8
const ADDRESSES_A_REPORT = 20

describe.runIf(postgresOrSkip())('honeyjam serve --store', () => {
  let server: PostgresServer

  beforeAll(async () => {
    buildProgram()
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  it('takes the URL from a file or the environment and shows its password nowhere', async () => {
    const url = await server.createDatabase()
    const secret = url.replace('tests@', 'tests:hunter2secret@')
    const file = join(temporaryDirectory(), 'store')
    writeFileSync(file, `${secret}\n`, { mode: 0o600 })
    const first = await startService(['--store-file', file, '--log-level', 'trace'])
    const second = await startService([], { environment: { HONEYJAM_STORE: secret } })
    await report(first, ['8.8.8.8'])
    await waitFor('the report in the other process', async () => (await listedBy(second, first)).length === 1)
    for (const { running } of [first, second]) {
      running.kill('SIGTERM')
      const { code, stdout, stderr } = await running.finished
      expect(code).toBe(0)
      expect(stdout + stderr).not.toContain('hunter2secret')
    }
    expect(JSON.parse(first.running.stdout())).toMatchObject({
      store: expect.stringMatching(/^postgres:\/\/127\.0\.0\.1:\d+\/honeyjam_test_1$/) as string,
    })
  })

  it('warns of a password on the command line and of a file that others can read', async () => {
    const secret = (await server.createDatabase()).replace('tests@', 'tests:hunter2secret@')
    const open = await startService(['--store', secret])
    await waitFor('the warning', () => open.running.stderr().includes('use --store-file or HONEYJAM_STORE'))
    expect(open.running.stderr()).not.toContain('hunter2secret')
    const file = join(temporaryDirectory(), 'store')
    writeFileSync(file, secret)
    chmodSync(file, 0o644)
    const readable = await startService(['--store-file', file])
    await waitFor('the warning', () =>
      readable.running.stderr().includes(`others can read the URL in ${file}`),
    )
  })

  it.each([
    ['no URL', 'postgres//tests:hunter2secret@127.0.0.1/x', 'CONFIG_INVALID', 2],
    [
      'a database that does not answer',
      'postgres://tests:hunter2secret@127.0.0.1:1/x',
      'STORE_UNAVAILABLE',
      1,
    ],
  ])('says what is wrong with %s, without the password', async (_, url, errorCode, exitCode) => {
    const words = ['serve', '--port', '0', '--data', temporaryDirectory(), '--json']
    const { code, stderr } = await run(words, { environment: { HONEYJAM_STORE: url } })
    expect(code).toBe(exitCode)
    expect(JSON.parse(stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: errorCode } })
    expect(stderr).not.toContain('hunter2secret')
  })

  it('answers 503 while PostgreSQL is away, and goes on by itself', async () => {
    const service = await startOn(await server.createDatabase())
    await report(service, ['8.8.8.8'])
    await server.kill()
    const refused = await waitFor('a refusal', async () => {
      const response = await post(service, ['9.9.9.9'])
      return response?.status === 503 && response
    })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    // what is known is still served
    expect(addressesOf(await service.listed())).toContain('8.8.8.8')
    await server.start()
    await waitFor('a report to be taken', async () => (await post(service, ['1.1.1.1']))?.status === 202)
    await waitFor('readiness', async () => (await fetch(`${service.url}/readyz`)).status === 200)
  })

  it('ends when the journal went on without it for too long, and loads anew when it is started again', async () => {
    const url = await server.createDatabase()
    const asleep = await startOn(url)
    const awake = await startOn(url, { key: asleep.key })
    await report(awake, ['8.8.8.8'])
    await waitFor('both to have it', async () => (await asleep.listed()).length === 1)
    asleep.running.kill('SIGSTOP')
    // as happens after a minute of silence; its connections are cut, which frees the lead if it has it
    await server.query(`DELETE FROM honeyjam.process WHERE name LIKE '% ${asleep.running.pid}'`, url)
    await server.query(
      `SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      url,
    )
    await report(awake, ['9.9.9.9'])
    await waitFor('the journal to be trimmed', async () => {
      const [{ left } = { left: '1' }] = await server.query<{ left: string }>(
        'SELECT count(*) AS left FROM honeyjam.journal',
        url,
      )
      return Number(left) === 0
    })
    asleep.running.kill('SIGCONT')
    const { code, stderr } = await asleep.running.finished
    expect(stderr).toContain('STORE_OUTRUN')
    expect(code).toBe(1)
    const again = await startOn(url, { data: asleep.data })
    expect(await again.listed()).toHaveLength(2)
  })

  it(
    `two of them, killed at any moment under ${REPORTERS} reporters, keep every acknowledged report and count none twice (seed ${SEED})`,
    async () => {
      const random = randomFrom(SEED)
      const url = await server.createDatabase()
      const services = [await startOn(url), await startOn(url)] as [TestService, TestService]
      const key = services[0].key
      const ports = services.map((service) => Number(new URL(service.url).port))
      const load = startLoad(() => services, key)
      for (let round = 0; round < ROUNDS; round++) {
        await wait(100 + random() * 500)
        const victim = round % 2
        if (round % 3 === 2) await server.kill()
        services[victim]!.running.kill('SIGKILL')
        await services[victim]!.running.finished
        if (round % 3 === 2) await server.start()
        services[victim] = await startOn(url, { data: services[victim]!.data, port: ports[victim]! })
      }
      const acknowledged = await load.stop()
      expect(acknowledged.length).toBeGreaterThan(ROUNDS * ADDRESSES_A_REPORT)
      const third = await startOn(url, { key })
      for (const service of [...services, third]) {
        const counts = await waitFor('the lists to be whole', async () => {
          const found = countReports(await fetchListed(service.url, key))
          return acknowledged.every((address) => found.has(address)) && found
        })
        expect([...counts].filter(([, reports]) => reports !== 1)).toEqual([])
      }
    },
    60_000 + ROUNDS * 15_000,
  )
})

/** Starts a service on the database; on another's store it has no key file of its own. */
async function startOn(
  url: string,
  options: { data?: string; port?: number; key?: string } = {},
): Promise<TestService> {
  const data = options.data ?? temporaryDirectory()
  if (options.key !== undefined) writeFileSync(join(data, 'admin.key'), options.key, { mode: 0o600 })
  return await startService([], { ...options, data, environment: { HONEYJAM_STORE: url } })
}

async function listedBy(service: TestService, owner: TestService) {
  return await fetchListed(service.url, owner.key)
}

async function report(service: TestService, addresses: readonly string[]): Promise<void> {
  expect((await post(service, addresses))?.status).toBe(202)
}

/** @returns `undefined` when the service was killed in the middle of it */
async function post(
  { url, key }: Pick<TestService, 'url' | 'key'>,
  addresses: readonly string[],
  idempotencyKey = crypto.randomUUID(),
): Promise<Response | undefined> {
  try {
    const response = await fetch(`${url}/v1/ip`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
        authorization: `Bearer ${key}`,
      },
      body: JSON.stringify({ addresses }),
    })
    await response.arrayBuffer()
    return response
  } catch {
    return undefined
  }
}

/** Reports new addresses as fast as they are taken; what is not acknowledged is sent again, to the other service. */
function startLoad(services: () => readonly TestService[], key: string) {
  const acknowledged: string[] = []
  const stopping = new AbortController()
  let next = 0
  const reporters = Array.from({ length: REPORTERS }, async (_, index) => {
    while (!stopping.signal.aborted) {
      const addresses = Array.from({ length: ADDRESSES_A_REPORT }, () => publicAddress(next++))
      const idempotencyKey = crypto.randomUUID()
      let attempt = index
      await waitFor(
        'the report to be taken',
        async () => {
          const { url } = services()[attempt++ % 2]!
          return (await post({ url, key }, addresses, idempotencyKey))?.status === 202
        },
        60_000,
      )
      acknowledged.push(...addresses)
    }
  })
  const stop = async () => {
    stopping.abort()
    await Promise.all(reporters)
    return acknowledged
  }
  return { stop }
}

function countReports(listed: Awaited<ReturnType<typeof fetchListed>>): Map<string, number> {
  return new Map(
    listed.map(({ self, total_reports: reports }) => [self.slice(self.lastIndexOf('/') + 1), reports]),
  )
}
