import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { buildProgram, run, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, fetchListed, startService, type TestService } from './support/service.ts'

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
    // so many that the history takes them at once, and the journal needs to hold nothing for it
    for (let net = 0; net < 11; net++) await report(awake, addressesIn(`11.${net}`))
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
    expect(addressesOf(await again.listed())).toEqual(expect.arrayContaining(['8.8.8.8', '9.9.9.9']))
  })
})

/** Ten thousand addresses of a /16, as many as one report takes. */
function addressesIn(network: string): string[] {
  return Array.from({ length: 10_000 }, (_, index) => `${network}.${index >> 8}.${index & 255}`)
}

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
