import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAccounts } from '../../src/accounts/index.ts'
import {
  type Denylist,
  openDenylist,
  type ReportOperation,
  selectAddresses,
} from '../../src/denylist/index.ts'
import { parseAddress } from '../../src/ip/index.ts'
import { HoneyjamError, silentLogger, systemClock } from '../../src/runtime/index.ts'
import { openPostgresStore, type PostgresStore } from '../../src/store/postgres/index.ts'
import { present } from '../support/entries.ts'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { randomFrom } from '../support/random.ts'

const address = parseAddress('8.8.8.8')!
const SEED = Math.trunc(Math.random() * 2 ** 31)

/** A service's store and lists, as each process has them. */
interface Process {
  readonly store: PostgresStore
  readonly denylist: Denylist
  readonly lost: Promise<HoneyjamError>
  close(): Promise<void>
}

describe.runIf(postgresOrSkip())('several processes on one PostgreSQL', () => {
  let server: PostgresServer
  let url: string
  let processes: Process[]

  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())
  beforeEach(async () => {
    url = await server.createDatabase()
    processes = []
  })
  afterEach(async () => {
    for (const process of processes) await process.close()
  })

  async function open(): Promise<Process> {
    const store = await openPostgresStore(url, { logger: silentLogger })
    const lost = Promise.withResolvers<HoneyjamError>()
    const denylist = await openDenylist({
      store: store.denylist,
      queue: store.queue,
      clock: systemClock,
      logger: silentLogger,
      onLost: lost.resolve,
    })
    const close = async () => {
      await denylist.close()
      await store.close()
    }
    const process = { store, denylist, lost: lost.promise, close }
    processes.push(process)
    return process
  }

  const openBoth = async (): Promise<[Process, Process]> => [await open(), await open()]
  const totalIn = ({ denylist }: Process, of = address) => denylist.findEntry(1, of, Date.now())?.totalReports

  it('show what any of them took, with its receipt', async () => {
    const [here, there] = await openBoth()
    const receipt = await here.denylist.submit(report(['8.8.8.8', '9.9.9.9']))
    await waitFor(() => totalIn(there) === 1)
    expect(await there.denylist.findReceipt(1, receipt.receiptId)).toEqual(receipt)
    await there.denylist.submit({ ...base(), kind: 'unban', addresses: report(['8.8.8.8']).addresses })
    await waitFor(() => totalIn(here) === undefined)
  })

  it('count a report once that is sent to all of them at the same time', async () => {
    const [here, there] = await openBoth()
    for (let round = 1; round <= 20; round++) {
      const operation = report(['8.8.8.8'], { idempotencyKey: `key ${round}` })
      const receipts = await Promise.all(
        [here, there].map(({ denylist }, index) =>
          denylist.submit({ ...operation, receiptId: `${round} ${index}` }),
        ),
      )
      expect(new Set(receipts.map(({ receiptId }) => receiptId)).size).toBe(1)
      expect(receipts[0]).toEqual(receipts[1])
      await waitFor(() => totalIn(here) === round && totalIn(there) === round)
    }
  })

  it('merge one at a time: when the first leaves, the next takes over', async () => {
    const [first, second] = await openBoth()
    await first.denylist.submit(report(['8.8.8.8']))
    await waitFor(async () => (await first.store.queue.size()).records === 0)
    await first.close()
    processes.shift()
    await second.denylist.submit(report(['9.9.9.9']))
    await waitFor(async () => (await second.store.queue.size()).records === 0)
    const third = await open()
    expect(
      present(third.denylist.listEntries(1, {}, Date.now()))
        .map((entry) => entry.address)
        .toSorted(),
    ).toEqual(['8.8.8.8', '9.9.9.9'])
  })

  it('know a key within a second after another made or revoked it', async () => {
    const [here, there] = await openBoth()
    const mine = await openAccounts({ store: here.store.accounts })
    const theirs = await openAccounts({ store: there.store.accounts })
    const made = await mine.createAdministrator(Date.now())
    await waitFor(() => theirs.authenticate(made!.keyText, Date.now()) !== undefined)
    await theirs.revokeKey(made!.account.accountId, made!.key.keyId, Date.now())
    await waitFor(() => mine.authenticate(made!.keyText, Date.now()) === undefined)
  })

  it('refuse the keys of an account within a second after another disabled it', async () => {
    const [here, there] = await openBoth()
    const mine = await openAccounts({ store: here.store.accounts })
    const theirs = await openAccounts({ store: there.store.accounts })
    const firstKey = { name: 'n', scopes: ['read'] } as const
    const made = await mine.createAccount({ name: 'team', plan: 'FREE', nowMs: Date.now(), firstKey })
    const accountId = made?.account.accountId ?? 0
    const theirGrant = () => theirs.authenticate(made?.firstKey?.keyText ?? '', Date.now())
    await waitFor(() => theirGrant()?.plan === 'FREE')
    await mine.disableAccount(accountId, Date.now())
    await waitFor(() => theirGrant() === undefined)
    await mine.setPlan(accountId, 'PRO')
    await mine.enableAccount(accountId)
    await waitFor(() => theirGrant()?.plan === 'PRO')
  })

  it('take each report once, however often their connections are cut in the middle of it', async () => {
    const [here, there] = await openBoth()
    const random = randomFrom(SEED)
    const over = new AbortController()
    const cutting = (async () => {
      let cuts = 0
      while (!over.signal.aborted) {
        const rows = await server.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE application_name LIKE 'honeyjam %' AND random() < 0.4`,
        )
        cuts += rows.length
        await wait(random() * 200)
      }
      return cuts
    })()
    let unknown = 0
    // without a key, so nobody but the journal itself tells what became of them
    const submissions = Array.from({ length: 8 }, async (_, index) => {
      const { denylist } = index % 2 === 0 ? here : there
      for (let sent = 0; sent < 150; ) {
        const outcome = await denylist
          .submit(report(['8.8.8.8']))
          .catch((error: unknown) => error as HoneyjamError)
        if (!(outcome instanceof HoneyjamError)) sent++
        else {
          // what waited for ten seconds may have been under way
          if (outcome.message.includes('did not take it')) unknown++
          await wait(20)
        }
      }
    })
    try {
      await Promise.all(submissions)
    } finally {
      over.abort()
      expect(await cutting, `seed ${SEED}`).toBeGreaterThan(10)
    }
    const newcomer = await open()
    await waitFor(() => totalIn(here) === totalIn(there) && totalIn(there) === totalIn(newcomer))
    expect(totalIn(here)).toBeGreaterThanOrEqual(1200)
    expect(totalIn(here)).toBeLessThanOrEqual(1200 + unknown)
  }, 60_000)

  it('lose nothing and count nothing twice when PostgreSQL is killed and comes back', async () => {
    const [here, there] = await openBoth()
    const random = randomFrom(SEED)
    const acknowledged: string[] = []
    const refusals: unknown[] = []
    const over = new AbortController()
    let next = 0
    const reporters = Array.from({ length: 8 }, async (_, index) => {
      while (!over.signal.aborted) {
        const text = `45.7.${next >> 8}.${next++ & 255}`
        const operation = report([text], { idempotencyKey: `key of ${text}` })
        // a sender tries again elsewhere until it is told that it was taken
        for (let attempt = index; ; attempt++) {
          const { denylist } = attempt % 2 === 0 ? here : there
          const outcome = await denylist.submit(operation).catch((error: unknown) => error as HoneyjamError)
          if (!(outcome instanceof HoneyjamError)) break
          refusals.push(outcome.code)
          await wait(50)
        }
        acknowledged.push(text)
      }
    })
    for (let round = 0; round < 3; round++) {
      await wait(200 + random() * 300)
      await server.kill()
      if (round === 1) await wait(2500)
      await server.start()
    }
    const before = acknowledged.length
    await waitFor(() => acknowledged.length > before + 100)
    over.abort()
    await Promise.all(reporters)
    // an append that was waiting may outlive a short absence, so that there may be no refusal at all
    expect(refusals.filter((code) => code !== 'STORE_UNAVAILABLE')).toEqual([])
    const expected = new Map(acknowledged.map((text) => [text, 1]))
    await waitFor(() => [here, there].every((process) => totals(process).size === expected.size))
    for (const process of [here, there, await open()]) expect(totals(process)).toEqual(expected)
  }, 60_000)

  it('outlive the loss of a connection in the middle of reading', async () => {
    const { store } = await open()
    const cut = store.denylist.snapshot(async (tables) => {
      await server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '% reads' AND state = 'idle in transaction'",
        url,
      )
      // long enough for the loss to be noticed while nothing is asked
      await wait(200)
      return await tables.coveredPosition()
    })
    await expect(cut).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    expect(await store.denylist.coveredPosition()).toBe(0)
  })

  it('say so and take nothing when the database is an older copy of itself', async () => {
    const { denylist, lost } = await open()
    await denylist.submit(report(['8.8.8.8']))
    await server.query('UPDATE honeyjam.journal_head SET position = 0, trimmed_position = 0', url)
    expect((await lost).code).toBe('STORE_OUTRUN')
    await expect(denylist.submit(report(['8.8.8.8']))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('keep the journal for one that has not read it yet', async () => {
    const [here, there] = await openBoth()
    // a process that was seen a moment ago
    await server.query(
      `INSERT INTO honeyjam.process VALUES (gen_random_uuid(), 1, 0, clock_timestamp(), 'reads slowly')`,
      url,
    )
    await here.denylist.submit(report(['8.8.8.8']))
    await waitFor(async () => (await there.store.denylist.coveredPosition()) === 1)
    expect((await here.store.queue.size()).records).toBe(1)
  })
})

function base() {
  return { accountId: 1, keyId: 1, receivedAtMs: Date.now(), receiptId: crypto.randomUUID() }
}

function report(texts: readonly string[], more: Partial<ReportOperation> = {}): ReportOperation {
  const origin = base()
  const { addresses, observedAtMs } = selectAddresses(texts, {
    acceptPrivate: false,
    nowMs: origin.receivedAtMs,
  })
  return {
    ...origin,
    kind: 'report',
    addresses,
    observedAtMs,
    ttlSeconds: 3600,
    dataset: 'ABUSE',
    tags: ['COWRIE'],
    ...more,
  }
}

function totals({ denylist }: Process): Map<string, number> {
  return new Map(
    present(denylist.listEntries(1, {}, Date.now())).map((entry) => [entry.address, entry.totalReports]),
  )
}

async function waitFor(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const giveUpAtMs = performance.now() + 20_000
  while (!(await isSo())) {
    if (performance.now() > giveUpAtMs) throw new Error(`waited in vain until ${isSo.toString()}`)
    await wait(20)
  }
}
