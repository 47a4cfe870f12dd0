/**
 * A day without a service, on a simulated clock: npm run bench:outage
 * An agent follows a log of 150,000 events from 1,000 addresses while nothing answers; then the service is there again.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeReportServer } from '../test/support/fake-report-server.ts'
import { simulateOutage } from '../test/support/simulated-outage.ts'

const MINUTES = 24 * 60
const EVENTS_PER_MINUTE = Math.ceil(150_000 / MINUTES)
const ADDRESSES = Array.from({ length: 1000 }, (_, index) => `45.83.${index >> 8}.${index & 255}`)

const directory = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
let server = await FakeReportServer.start()
const { apiUrl } = server
await server.close()
try {
  const { events, spoolBytes, drainMs } = await simulateOutage({
    directory,
    apiUrl,
    minutes: MINUTES,
    eventsPerMinute: EVENTS_PER_MINUTE,
    addresses: ADDRESSES,
    seed: 1,
    endOutage: async () => {
      server = await FakeReportServer.start({ port: Number(new URL(apiUrl).port) })
    },
    isDrained: () => server.reportsByAddress.size === ADDRESSES.length,
  })
  console.log(`${events} events from ${ADDRESSES.length} addresses in 24 h without a service`)
  console.log(`on the agent's disk: ${Math.round(spoolBytes / 1000)} kB`)
  console.log(
    `requests: ${server.requests.length}, ${Math.round(drainMs / 1000)} s after the service's return`,
  )
} finally {
  await server.close()
  rmSync(directory, { recursive: true, force: true })
}
