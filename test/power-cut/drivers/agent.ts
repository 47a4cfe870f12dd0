// An agent that reads a journal of lines, a source that fills it, and a service that takes, refuses and loses answers.
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runAgent } from '../../../src/agent/index.ts'
import { type FollowLogOptions, followJournal, LineJournal } from '../../../src/cowrie/index.ts'
import { lockDirectory, silentLogger, systemClock } from '../../../src/runtime/index.ts'
import { agentConfig, loginLine } from '../../support/agent-options.ts'
import { accepted, FakeReportServer, type ReportBody, status } from '../../support/fake-report-server.ts'
import { randomFrom } from '../../support/random.ts'
import { attacker } from '../attacker.ts'
import { driver } from './driver.ts'

const ROUNDS = 25
/** Of an earlier process: those that it had made durable, and those on which it was killed. */
const SAFE_LINES = 10
const LEFT_LINES = 3
const random = randomFrom(driver.seed)
const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1))
const stateDirectory = join(driver.root, 'state')
const directory = join(stateDirectory, 'stdin')
const stop = new AbortController()
const leftWasTaken = Promise.withResolvers<void>()

const server = await FakeReportServer.start({
  answer({ body, headers }) {
    const dice = random()
    if (dice < 0.2) return status(dice < 0.1 ? 429 : 503, { headers: { 'retry-after': '0' } })
    const { addresses } = JSON.parse(body) as ReportBody
    driver.mark({ kind: 'taken', key: headers['idempotency-key'], addresses })
    return dice < 0.4 ? { kind: 'take-and-reset' } : accepted
  },
})
const lock = await lockDirectory(directory)
writeFileSync(join(directory, 'cowrie.json'), linesOf(0, SAFE_LINES), { flush: true })
appendFileSync(join(directory, 'cowrie.json'), linesOf(SAFE_LINES, LEFT_LINES))
const journal = new LineJournal({ directory, clock: systemClock, logger: silentLogger, maxFileBytes: 4000 })
await journal.open()
const running = runAgent({
  config: agentConfig({ flushSeconds: 0.03, flushAddresses: 12, requestsPerMinute: 100_000 }),
  targets: [{ apiUrl: server.apiUrl, bearerToken: 'tja_test' }],
  stateDirectory,
  logPaths: [journal.path],
  follow,
  ttlFrom: 'event',
  // a fiftieth of the pauses after a failure
  clock: { nowMs: () => Date.now(), sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 30), signal) },
  logger: silentLogger,
  signal: stop.signal,
})
// the first line that comes makes it durable
await leftWasTaken.promise
for (let round = 0, written = SAFE_LINES + LEFT_LINES; round < ROUNDS; round += 1) {
  for (let left = between(1, 4); left > 0; left -= 1) {
    const count = between(1, 5)
    journal.append(Buffer.from(linesOf(written, count)))
    written += count
    await systemClock.sleep(between(0, 4))
  }
  await journal.settled()
  driver.mark({ kind: 'settled', lines: written })
  await systemClock.sleep(between(0, 20))
}
stop.abort()
await running
await journal.close()
await lock.close()
await server.close()

async function* follow(options: FollowLogOptions) {
  for await (const batch of followJournal(journal, options)) {
    yield batch
    if (batch.lines > 0) leftWasTaken.resolve()
  }
}

function linesOf(first: number, count: number): string {
  return Array.from({ length: count }, (_, index) => loginLine(attacker(first + index))).join('')
}
