import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { accepted, FakeReportServer, status } from '../support/fake-report-server.ts'
import { type OutageOptions, type SimulatedOutage, simulateOutage } from '../support/simulated-outage.ts'

const seed = Number(process.env['HONEYJAM_TEST_SEED'] ?? Date.now() % 1_000_000)
const ADDRESSES = Array.from({ length: 1000 }, (_, index) => `45.83.${index >> 8}.${index & 255}`)
const DAY_MINUTES = 24 * 60
const EVENTS_A_DAY = 150_000
const EVENTS_PER_MINUTE = Math.ceil(EVENTS_A_DAY / DAY_MINUTES)
const HOUR_MS = 3_600_000

let directory: string
let server: FakeReportServer
let isAway: boolean

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-outage-'))
  server = await FakeReportServer.start({ answer: () => (isAway ? status(503) : accepted) })
  isAway = true
})

afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

type Rest = Pick<OutageOptions, 'minutes'> &
  Partial<Pick<OutageOptions, 'flushAddresses' | 'ttlSeconds' | 'endOutage'>>

async function outage(rest: Rest): Promise<SimulatedOutage> {
  return await simulateOutage({
    directory,
    apiUrl: server.apiUrl,
    eventsPerMinute: EVENTS_PER_MINUTE,
    addresses: ADDRESSES,
    seed,
    endOutage: async () => {
      isAway = false
    },
    isDrained: () => server.reportsByAddress.size === ADDRESSES.length,
    ...rest,
  })
}

/** Times of one taken report after the other, in the order of the wire. */
const timesOfReports = () => server.takenReports.map(({ observed_at: times = [] }) => times)

/** Last times of the addresses as taken: a later report of an address stands for it. */
function takenTimes(): Map<string, number | undefined> {
  const sent = server.takenReports.flatMap(({ addresses, observed_at: times }) =>
    addresses.map((address, index) => [address, times?.[index]] as const),
  )
  return new Map(sent)
}

const newestFirst = (times: readonly number[]) => times.toSorted((a, b) => b - a)

describe(`a service that was away (HONEYJAM_TEST_SEED=${seed})`, () => {
  it('gets a day of 150,000 events from 1,000 addresses in one report', { timeout: 180_000 }, async () => {
    const port = Number(new URL(server.origin).port)
    await server.close()
    const result = await outage({
      minutes: DAY_MINUTES,
      endOutage: async () => {
        server = await FakeReportServer.start({ port })
      },
    })
    expect(result.events).toBeGreaterThanOrEqual(EVENTS_A_DAY)
    expect(server.requests).toHaveLength(1)
    expect(server.takenReports[0]?.addresses).toHaveLength(ADDRESSES.length)
    expect(takenTimes()).toEqual(result.newestByAddress)
    expect(timesOfReports()[0]).toEqual(newestFirst(timesOfReports()[0] ?? []))
    expect(result.spoolBytes).toBeLessThan(1_000_000)
  })

  it('gets the newest first and the expired last, in full reports', { timeout: 60_000 }, async () => {
    const port = Number(new URL(server.origin).port)
    await server.close()
    const ttlSeconds = 3600
    const result = await outage({
      minutes: 4 * 60,
      flushAddresses: 250,
      ttlSeconds,
      endOutage: async () => {
        server = await FakeReportServer.start({ port })
      },
    })
    expect(server.takenReports.map(({ addresses }) => addresses.length)).toEqual([250, 250, 250, 250])
    expect(timesOfReports().flat()).toEqual(newestFirst(timesOfReports().flat()))
    expect(takenTimes()).toEqual(result.newestByAddress)
    const lastTimes = timesOfReports().at(-1) ?? []
    expect(Math.max(...lastTimes)).toBeLessThan(Math.max(...result.newestByAddress.values()) - HOUR_MS)
  })

  it('gets one report more when it may have taken one before it fell silent', {
    timeout: 60_000,
  }, async () => {
    const result = await outage({ minutes: 60 })
    expect(server.takenReports).toHaveLength(2)
    const [doubtful, rest] = server.takenReports
    const doubtfulTimes = new Map(
      doubtful?.addresses.map((address, index) => [address, doubtful.observed_at?.[index]]),
    )
    // who was not seen again after the doubtful report is not reported again
    const again = ADDRESSES.filter(
      (address) => doubtfulTimes.get(address) !== result.newestByAddress.get(address),
    )
    expect(rest?.addresses.toSorted()).toEqual(again.toSorted())
    expect(takenTimes()).toEqual(result.newestByAddress)
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(2)
    const reportsOf = (address: string) => (doubtfulTimes.has(address) && again.includes(address) ? 2 : 1)
    expect(server.reportsByAddress).toEqual(
      new Map(ADDRESSES.map((address) => [address, reportsOf(address)])),
    )
  })
})
