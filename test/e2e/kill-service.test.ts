import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { randomFrom } from '../support/random.ts'
import { type Ledger, readLists, startKillLoad } from './support/kill-load.ts'
import { buildProgram, temporaryDirectory, waitFor } from './support/program.ts'
import { fetchListed, startService, type TestService } from './support/service.ts'

/** 50 take minutes: npm run torture:sqlite, npm run torture:postgres */
const ROUNDS = Number(process.env['HONEYJAM_KILL_ROUNDS'] ?? 4)
const SEED = Number(process.env['HONEYJAM_KILL_SEED'] ?? Math.trunc(Math.random() * 2 ** 31))
const REPORTERS = 8
const PATIENCE_MS = 120_000 + ROUNDS * 15_000

beforeAll(buildProgram, 120_000)

describe(`killed ${ROUNDS} times under ${REPORTERS} clients that report and change lists (seed ${SEED})`, () => {
  const random = randomFrom(SEED)

  it(
    'a service on SQLite keeps what it acknowledged, and counts what is repeated once',
    async () => {
      const data = temporaryDirectory()
      let service = await startService([], { data })
      const { key } = service
      const port = Number(new URL(service.url).port)
      const load = startKillLoad({ urls: () => [service.url], key, reporters: REPORTERS, seed: SEED })
      for (let round = 0; round < ROUNDS; round++) {
        await wait(100 + random() * 500)
        await kill(service)
        service = await startService([], { data, port })
      }
      const ledger = await load.stop()
      await expectKept(service.url, key, ledger)
      await kill(service)
      const again = await startService([], { data })
      await expectKept(again.url, key, ledger)
    },
    PATIENCE_MS,
  )

  describe.runIf(postgresOrSkip())('and PostgreSQL with them', () => {
    let server: PostgresServer
    beforeAll(async () => {
      server = await startPostgres()
    })
    afterAll(() => server.remove())

    it(
      'two services keep what they acknowledged, and count what is repeated once',
      async () => {
        const environment = { HONEYJAM_STORE: await server.createDatabase() }
        const services = [await startService([], { environment }), await startService([], { environment })]
        const key = services[0]!.key
        const ports = services.map(({ url }) => Number(new URL(url).port))
        const urls = () => services.map(({ url }) => url)
        const load = startKillLoad({ urls, key, reporters: REPORTERS, seed: SEED })
        for (let round = 0; round < ROUNDS; round++) {
          await wait(100 + random() * 500)
          const victim = round % 2
          if (round % 3 === 2) await server.kill()
          await kill(services[victim]!)
          if (round % 3 === 2) await server.start()
          const { data } = services[victim]!
          services[victim] = await startService([], { data, port: ports[victim]!, environment })
        }
        const ledger = await load.stop()
        const data = temporaryDirectory()
        writeFileSync(join(data, 'admin.key'), key, { mode: 0o600 })
        const third = await startService([], { data, environment })
        for (const url of [...urls(), third.url]) await expectKept(url, key, ledger)
      },
      PATIENCE_MS,
    )
  })
})

async function kill({ running }: TestService): Promise<void> {
  running.kill('SIGKILL')
  await running.finished
}

/** Another process may be a moment behind; nothing goes on any more, so what it has then is all that it has. */
async function expectKept(url: string, key: string, ledger: Ledger): Promise<void> {
  const { lists, allowed, isChosen, reported, repeats, changes } = ledger
  expect(Math.min(repeats, lists.size)).toBeGreaterThan(0)
  expect(changes).toBeGreaterThan(ROUNDS)
  const counts = await waitFor('what was reported to be listed', async () => {
    const found = countReports(await fetchListed(url, key))
    return reported.every((address) => found.has(address)) && found
  })
  expect(counts.size).toBe(reported.length)
  expect([...counts].filter(([, reports]) => reports !== 1)).toEqual([])
  const isKept = async () => isDeepStrictEqual(await readLists(url, key), { lists, allowed, isChosen })
  await waitFor('the lists to be as acknowledged', isKept).catch(() => undefined)
  expect(await readLists(url, key)).toEqual({ lists, allowed, isChosen })
  process.stdout.write(
    `${changes} changes and ${repeats} repeats acknowledged: ${reported.length} addresses, ${lists.size} lists, ${allowed.size} allowed\n`,
  )
}

function countReports(listed: Awaited<ReturnType<typeof fetchListed>>): Map<string, number> {
  return new Map(
    listed.map(({ self, total_reports: reports }) => [self.slice(self.lastIndexOf('/') + 1), reports]),
  )
}
