import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { startKillLoad } from './support/kill-load.ts'
import { buildProgram, run, temporaryDirectory, waitFor } from './support/program.ts'
import { fetchListed, startService, type TestService } from './support/service.ts'

beforeAll(buildProgram, 120_000)

/** Starting a service takes its time on a busy machine. */
const PATIENCE_MS = 180_000
const REPORTED = Array.from({ length: 12 }, (_, index) => `46.0.0.${index}`)
const ASKED = [...REPORTED, '46.9.0.1', '46.9.1.1', '46.8.0.1', '9.9.9.9', '2a00:46::1']

/** One who speaks to a service, whichever it is. */
class Client {
  readonly #url: string
  readonly #key: string

  constructor(url: string, key: string) {
    this.#url = url
    this.#key = key
  }

  async send(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<Response> {
    return await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  }

  async read<Body>(path: string): Promise<Body> {
    const response = await this.send('GET', path)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Body
  }
}

/** What was made before anything was copied, and never changes. */
interface Made {
  readonly adminKey: string
  readonly hereKey: string
  readonly elsewhereKey: string
  readonly lists: readonly string[]
  /** Changes with their keys, each with the receipt that it got. */
  readonly changes: readonly (readonly [
    method: string,
    path: string,
    body: unknown,
    receipt: string | null,
  ])[]
}

async function makeEverything(service: TestService): Promise<Made> {
  const client = new Client(service.url, service.key)
  const changes: [string, string, unknown, string | null][] = []
  const change = async (method: string, path: string, body: unknown): Promise<string> => {
    const response = await client.send(method, path, body, `change ${changes.length}`.replace(' ', '-'))
    expect([path, response.status]).toEqual([path, 202])
    changes.push([method, path, body, response.headers.get('location')])
    return await response.text()
  }
  const report = { addresses: REPORTED, type: 'TOR', ttl: 7200, tags: ['A', 'B-C'] }
  await change('POST', '/v1/ip', report)
  await change('POST', '/v1/ip', { addresses: REPORTED.slice(0, 4), ttl: 3600, tags: ['D'] })
  await change('POST', '/v1/unban/ip', { addresses: REPORTED.slice(0, 1) })
  await change('POST', '/v1/false/add/ip', { addresses: REPORTED.slice(1, 2), ttl: 86_400 })
  const lists: string[] = []
  for (const [root, append] of [
    ['/v1/denylist/private', ['46.9.0.0/16', '2a00:46::/32', '46.9.1.0/24']],
    ['/v1/allowlist/private', ['46.9.1.1', '46.0.0.5']],
  ] as const) {
    const list = { name: 'kept', description: 'two\nlines', resource_type: 'CIDR', tags: ['T'], ttl: 86_400 }
    const id = JSON.parse(await change('POST', root, list)) as string
    lists.push(`${root}/${id}`)
    await change('PUT', `${root}/${id}/content`, { append })
    await change('PUT', `${root}/${id}/content`, { remove: ['46.9.1.0/24'] })
    await change('PUT', `${root}/${id}/origin`, { origin: 'https://www.example.org', status: 'ACTIVE' })
  }
  const shared = await client.read<{ lists: { self: string }[] }>('/v1/denylist/public/all')
  await change('PUT', shared.lists[0]!.self, { status: 'ACTIVE', ttl: 86_400 })
  const keyFor = async (network: string) => {
    const scope = ['--scope', 'report', 'read', '--network', network]
    return (await service.json<{ key: string }>('key', 'create', '--name', network, ...scope)).key
  }
  const [hereKey, elsewhereKey] = [await keyFor('127.0.0.0/8'), await keyFor('192.0.2.0/24')]
  return { adminKey: service.key, hereKey, elsewhereKey, lists, changes }
}

type DecisionLine = readonly [kind: string, network: string | number, end: unknown, origin: number]

interface Decided {
  /** Of the networks that the load does not touch: each with its end and why. */
  readonly kept: readonly unknown[]
  readonly checksum: string
}

/** What `GET /honeyjam/v1/decisions` hands over. */
async function decidedBy(client: Client): Promise<Decided> {
  const text = await (await client.send('GET', '/honeyjam/v1/decisions')).text()
  const values = text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  const lines = values.slice(1, -1) as DecisionLine[]
  const { checksum } = values.at(-1) as { readonly checksum: string }
  const origins = new Map(lines.map(([kind, name, origin]) => [`${kind} ${name}`, origin]))
  const kept = lines
    .filter(([, network]) => /^(46\.|2a00:46:)/.test(String(network)))
    .map(([kind, network, end, origin]) => ({ kind, network, end, origin: origins.get(`o ${origin}`) }))
  const inOrder = kept.toSorted((left, right) => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1))
  return { kept: inOrder, checksum }
}

/** What the account decides about addresses, and all that the decisions come from, but for what the load changes. */
async function decisionsOf(url: string, { adminKey, lists }: Made): Promise<unknown> {
  const client = new Client(url, adminKey)
  const assessed = await client.send('POST', '/v1/assess/ip', ASKED)
  const checked = []
  for (const address of ASKED) checked.push(await client.read(`/honeyjam/v1/check/${address}`))
  const shown = []
  for (const list of lists) {
    shown.push(withoutTtl(await client.read(list)), await client.read(`${list}/content`))
  }
  const shared = await client.read<{ lists: { ttl?: number }[] }>('/v1/denylist/public/all')
  const { ranges } = await client.read<{ ranges: { range: string }[] }>('/honeyjam/v1/allowlist')
  const listed = await fetchListed(url, adminKey)
  return {
    decided: (await decidedBy(client)).kept,
    assessed: await assessed.json(),
    checked,
    lists: shown,
    shared: shared.lists.map(withoutTtl),
    allowed: ranges.filter(({ range }) => range.startsWith('46.')),
    reported: listed
      .filter(({ self }) => self.includes('/46.'))
      .toSorted((left, right) => (left.self < right.self ? -1 : 1)),
    keys: await client.read('/honeyjam/v1/keys'),
    accounts: await client.read('/honeyjam/v1/accounts'),
  }
}

/** What is left of a time is another each second; when it ends stands beside it. */
function withoutTtl(list: { readonly ttl?: number }): object {
  return { ...list, ttl: undefined }
}

/** Holds a service to what was there before: decisions, keys with their networks, and requests that count once. */
async function expectSame(url: string, made: Made, expected: unknown): Promise<void> {
  expect(await decisionsOf(url, made)).toEqual(expected)
  const statusFor = async (key: string) => (await new Client(url, key).send('GET', '/v1/token')).status
  expect(await statusFor(made.hereKey)).toBe(200)
  expect(await statusFor(made.elsewhereKey)).not.toBe(200)
  const client = new Client(url, made.adminKey)
  for (const [index, [method, path, body, receipt]] of made.changes.entries()) {
    const response = await client.send(method, path, body, `change-${index}`)
    expect([path, response.status, response.headers.get('location')]).toEqual([path, 202, receipt])
  }
  expect(await decisionsOf(url, made)).toEqual(expected)
}

/** Each report that was acknowledged before is whole, and counts once. */
async function expectReported(url: string, key: string, acknowledged: readonly string[]): Promise<void> {
  const listed = await fetchListed(url, key)
  const counts = new Map(listed.map(({ self, total_reports: reports }) => [self.split('/').at(-1), reports]))
  expect(acknowledged.filter((address) => counts.get(address) !== 1)).toEqual([])
}

function startLoad(service: TestService) {
  return startKillLoad({
    urls: () => [service.url],
    key: service.key,
    reporters: 2,
    seed: 1,
    isChoosing: false,
  })
}

describe('a store that is copied while it is written to', () => {
  it(
    'decides the same when a backup of its files is served',
    async () => {
      const service = await startService()
      const made = await makeEverything(service)
      const expected = await decisionsOf(service.url, made)
      const load = startLoad(service)
      await waitFor('some reports', () => load.acknowledged().length > 100)
      const before = load.acknowledged()
      const backup = join(temporaryDirectory(), 'backup')
      expect(await service.honeyjam('store', 'backup', backup)).toMatchObject({ code: 0 })
      await load.stop()
      const restored = await startService([], { data: backup })
      await expectReported(restored.url, made.adminKey, before)
      await expectSame(restored.url, made, expected)
    },
    PATIENCE_MS,
  )

  describe.runIf(postgresOrSkip())('and moved to the other store and back', () => {
    let server: PostgresServer
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(() => server.remove())

    it(
      'decides the same in each',
      async () => {
        const service = await startService()
        const made = await makeEverything(service)
        const expected = await decisionsOf(service.url, made)
        const { kept, checksum } = await decidedBy(new Client(service.url, made.adminKey))
        expect(kept.length).toBeGreaterThan(REPORTED.length / 2)
        // killed, so that some of it stands in the journal alone
        service.running.kill('SIGKILL')
        await service.running.finished
        const file = join(temporaryDirectory(), 'all.gz')
        expect(await service.honeyjam('store', 'export', file)).toMatchObject({ code: 0 })

        const environment = { HONEYJAM_STORE: await server.createDatabase() }
        expect(await run(['store', 'import', file], { environment })).toMatchObject({ code: 0 })
        const data = service.data
        const moved = await startService([], { data, environment })
        await expectSame(moved.url, made, expected)
        expect((await decidedBy(new Client(moved.url, made.adminKey))).checksum).toBe(checksum)

        const load = startLoad(moved)
        await waitFor('some reports', () => load.acknowledged().length > 100)
        const before = load.acknowledged()
        const second = join(temporaryDirectory(), 'all.gz')
        expect(await run(['store', 'export', second], { environment })).toMatchObject({ code: 0 })
        await load.stop()
        const back = temporaryDirectory()
        expect(await run(['store', 'import', second, '--data', back])).toMatchObject({ code: 0 })
        const again = await startService([], { data: back })
        await expectReported(again.url, made.adminKey, before)
        await expectSame(again.url, made, expected)
      },
      PATIENCE_MS,
    )
  })
})
