import { appendFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAgent } from '../../src/agent/index.ts'
import { type Clock, systemClock } from '../../src/runtime/index.ts'
import { agentConfig, loginLine } from '../support/agent-options.ts'
import { captureLog } from '../support/captured-logger.ts'
import { FakeReportServer } from '../support/fake-report-server.ts'
import { randomFrom } from '../support/random.ts'

const SEED = Date.now() & 0xffff
const LAST_YEAR = new Date('2025-11-24')
/** Hours of an agent pass in seconds: it never sleeps longer than this. */
const LONGEST_SLEEP_MS = 20
const HASTY: Clock = {
  nowMs: () => systemClock.nowMs(),
  sleep: (milliseconds, signal) => systemClock.sleep(Math.min(milliseconds, LONGEST_SLEEP_MS), signal),
}

let directory: string
let server: FakeReportServer
let stop: AbortController

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-pots-'))
  server = await FakeReportServer.start()
  stop = new AbortController()
})
afterEach(async () => {
  stop.abort()
  await server.close()
  rmSync(directory, { recursive: true })
})

/** Resolves once the agent has looked for the first time. */
async function start(logPatterns: readonly string[]) {
  const { logger, lines } = captureLog()
  const running = runAgent({
    config: agentConfig({ flushSeconds: 0.05, requestsPerMinute: 100_000 }),
    targets: [{ apiUrl: server.apiUrl, bearerToken: 'tja_test' }],
    ttlFrom: 'event',
    logPaths: [],
    logPatterns,
    stateDirectory: join(directory, 'state'),
    clock: HASTY,
    logger,
    signal: stop.signal,
  })
  await expect.poll(() => lines.some(({ msg }) => msg.includes('initialized'))).toBe(true)
  return { running }
}

/** One honeypot, which writes each address once and rotates its log as the real one does. */
class Honeypot {
  readonly addresses: string[] = []
  readonly log: string
  readonly #number: number
  #rotations = 0

  constructor(number: number) {
    this.#number = number
    this.log = join(directory, `pot${number}`, 'log', 'cowrie.json')
  }

  write(): void {
    const { length } = this.addresses
    const address = `203.0.${this.#number}.${length}`
    mkdirSync(dirname(this.log), { recursive: true })
    appendFileSync(this.log, loginLine(address))
    this.addresses.push(address)
  }

  rotate(): void {
    if (!existsSync(this.log)) return
    this.#rotations += 1
    renameSync(this.log, this.#rotated)
  }

  /** Lets the newest rotated file be from last year. */
  makeOld(): void {
    utimesSync(this.#rotated, LAST_YEAR, LAST_YEAR)
  }

  get #rotated(): string {
    return `${this.log}.2026-11-${String(this.#rotations).padStart(2, '0')}`
  }
}

describe(`logs that appear while the agent runs (seed ${SEED})`, () => {
  it('are read from their first line, once each, while they are being rotated', async () => {
    const random = randomFrom(SEED)
    const pots = [1, 2, 3, 4].map((number) => new Honeypot(number))
    const { running } = await start([join(directory, '*', 'log', 'cowrie.json*')])
    for (let step = 0; step < 300; step += 1) {
      // the later ones begin later
      const pot = pots[Math.floor(random() * Math.min(pots.length, 1 + step / 50))]!
      if (random() < 0.12) pot.rotate()
      else pot.write()
      if (random() < 0.3) await wait(random() * 2 * LONGEST_SLEEP_MS)
    }
    for (const pot of pots) pot.write()
    const written = pots.flatMap(({ addresses }) => addresses)
    await server.until(({ reportsByAddress }) => reportsByAddress.size >= written.length)
    stop.abort()
    expect(await running).toMatchObject({ waitingAddresses: 0 })
    expect([...server.reportsByAddress.keys()].toSorted()).toEqual(written.toSorted())
    expect([...server.reportsByAddress].filter(([, reports]) => reports !== 1)).toEqual([])
  })

  it('are gone on with after a restart at which they are away', async () => {
    const pot = new Honeypot(1)
    const patterns = [join(directory, 'pot*', 'log', 'cowrie.json')]
    const first = await start(patterns)
    pot.write()
    await server.until(({ reportsByAddress }) => reportsByAddress.size === 1)
    stop.abort()
    await first.running
    pot.write()
    pot.rotate()
    stop = new AbortController()
    const second = await start(patterns)
    pot.write()
    await server.until(({ reportsByAddress }) => reportsByAddress.size === 3)
    stop.abort()
    await second.running
    expect([...server.reportsByAddress.values()]).toEqual([1, 1, 1])
  })

  it('may have been rotated before they were noticed; only what is older than the agent is left alone', async () => {
    const { running } = await start([join(directory, 'pot*', 'log', 'cowrie.json')])
    const pot = new Honeypot(1)
    pot.write()
    pot.rotate()
    pot.makeOld()
    pot.write()
    pot.rotate()
    pot.write()
    await server.until(({ reportsByAddress }) => reportsByAddress.size > 1)
    stop.abort()
    await running
    expect([...server.reportsByAddress.keys()].toSorted()).toEqual(pot.addresses.slice(1).toSorted())
  })
})
