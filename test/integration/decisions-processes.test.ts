import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Denylist, type Operation, openDenylist } from '../../src/denylist/index.ts'
import { packRange } from '../../src/ip/index.ts'
import { silentLogger, systemClock } from '../../src/runtime/index.ts'
import { openPostgresStore } from '../../src/store/postgres/index.ts'
import { DecisionsConsumer } from '../support/decisions-consumer.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { randomFrom } from '../support/random.ts'

const ACCOUNT = 1
const ROUNDS = 150
const SEED = Math.trunc(Math.random() * 2 ** 31)
const random = randomFrom(SEED)
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!

interface Process {
  readonly denylist: Denylist
  close(): Promise<void>
}

describe.runIf(postgresOrSkip())('decisions of two services on one PostgreSQL', () => {
  let server: PostgresServer
  let url: string

  beforeAll(async () => {
    server = await startPostgres()
    url = await server.createDatabase()
  })
  afterAll(() => server.remove())

  async function open(): Promise<Process> {
    const store = await openPostgresStore(url, { logger: silentLogger })
    const { denylist: tables, queue } = store
    const denylist = await openDenylist({ store: tables, queue, clock: systemClock, logger: silentLogger })
    const close = async () => {
      await denylist.close()
      await store.close()
    }
    return { denylist, close }
  }

  it(`are what a consumer holds that asks now the one, now the other (seed ${SEED})`, async () => {
    const processes = [await open(), await open()]
    const consumers = [new DecisionsConsumer(), new DecisionsConsumer()]
    const underWay: Promise<unknown>[] = []
    for (let round = 0; round < ROUNDS; round++) {
      underWay.push(pick(processes).denylist.submit(anyOperation()))
      if (random() < 0.5) await underWay.at(-1)
      if (random() < 0.5) await poll(pick(processes), pick(consumers), { isLost: random() < 0.2 })
      if (random() > 0.02) continue
      const index = Math.floor(random() * processes.length)
      await Promise.all(underWay.splice(0))
      await processes[index]!.close()
      processes[index] = await open()
    }
    await Promise.all(underWay)
    await processes[0]!.denylist.submit(report(['9.9.9.9']))
    for (const consumer of consumers) {
      for (const process of processes) {
        while (process.denylist.findEntry(ACCOUNT, '9.9.9.9' as never, Date.now()) === undefined)
          await wait(20)
        await poll(process, consumer, { isLost: false })
        const whole = await process.denylist.decisions.snapshot(ACCOUNT)
        expect(consumer.checksumAt(whole.atMs)).toEqual(await process.denylist.decisions.checksum(whole))
      }
    }
    for (const process of processes) await process.close()
  }, 120_000)
})

async function poll(
  { denylist: { decisions } }: Process,
  consumer: DecisionsConsumer,
  { isLost }: { readonly isLost: boolean },
): Promise<void> {
  const { revision } = consumer
  const answer =
    revision === undefined ? { kind: 'unknown' as const } : await decisions.changesSince(ACCOUNT, revision)
  if (answer.kind === 'behind') return
  const changes = answer.kind === 'changes' ? answer.changes : await decisions.snapshot(ACCOUNT)
  if (!isLost) consumer.take(changes)
}

function anyOperation(): Operation {
  const hosts = Array.from({ length: 5 }, () =>
    pick([`8.8.8.${Math.floor(random() * 40)}`, `2a00:1:0:${Math.floor(random() * 20).toString(16)}::1`]),
  )
  const texts = [...new Set(hosts)]
  const ranges = [pick(['8.8.8.0/29', '8.8.8.3/32', '2a00:1:0:4::/64'])]
  return pick<() => Operation>([
    () => report(texts),
    () => report(texts),
    () => report(texts),
    () => ({ ...base(), kind: 'unban', addresses: wordsOf(texts) }),
    () => ({ ...base(), kind: 'allow', ranges, dataset: '', tags: [], ...pick([{}, { ttlSeconds: 1 }]) }),
    () => ({ ...base(), kind: 'disallow', ranges }),
  ])()
}

function report(texts: readonly string[]): Operation {
  const receivedAtMs = Date.now()
  return {
    ...base(),
    kind: 'report',
    addresses: wordsOf(texts),
    observedAtMs: receivedAtMs,
    ttlSeconds: pick([3600, 7200]),
    dataset: 'ABUSE',
    tags: [],
  }
}

function base() {
  return { accountId: ACCOUNT, keyId: 1, receivedAtMs: Date.now(), receiptId: crypto.randomUUID() }
}

function wordsOf(texts: readonly string[]): Uint32Array {
  return Uint32Array.from(texts.flatMap((text) => [...packRange(text)!.words]))
}
