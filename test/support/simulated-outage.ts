import { appendFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { runAgent } from '../../src/agent/index.ts'
import { followLog } from '../../src/cowrie/index.ts'
import { silentLogger } from '../../src/runtime/index.ts'
import { agentConfig, loginLine } from './agent-options.ts'
import { ManualClock } from './manual-clock.ts'
import { randomFrom } from './random.ts'

export interface OutageOptions {
  /** An empty directory for the log and the agent's state. */
  readonly directory: string
  readonly apiUrl: string
  readonly minutes: number
  readonly eventsPerMinute: number
  /** All are seen early, then at random; the first half of them only in the first half of the time. */
  readonly addresses: readonly string[]
  /** Most addresses of one report; default 1000. */
  readonly flushAddresses?: number
  readonly ttlSeconds?: number
  readonly seed: number
  /** Called when everything that the outage brought is on the agent's disk. */
  readonly endOutage: () => Promise<void>
  /** Whether the service has everything; asked after each step of the time. */
  readonly isDrained: () => boolean
}

export interface SimulatedOutage {
  /** Newest time of each address in the log, epoch milliseconds. */
  readonly newestByAddress: ReadonlyMap<string, number>
  readonly events: number
  /** All of the agent's files at the end of the outage. */
  readonly spoolBytes: number
  /** From the end of the outage until all was delivered, by the simulated clock. */
  readonly drainMs: number
}

const MINUTE_MS = 60_000
/** Longer than the longest pause between two attempts. */
const LONGEST_DRAIN_MS = 20 * MINUTE_MS

/**
 * Lets an agent follow a real log over hours in which nobody takes its reports, minute by minute on a clock of its own,
 * and then until all has been delivered. Every flush by time and every attempt of these hours takes place.
 */
export async function simulateOutage(options: OutageOptions): Promise<SimulatedOutage> {
  const { directory, apiUrl, flushAddresses = 1000, ttlSeconds = 86_400 } = options
  const clock = new ManualClock()
  const log = join(directory, 'cowrie.json')
  const stateDirectory = join(directory, 'state')
  const stop = new AbortController()
  mkdirSync(stateDirectory)
  let linesRead = 0
  const observer = {
    onRead: (_target: string, _log: string, { lines }: { lines: number }) => {
      linesRead += lines
    },
    onLogs: () => undefined,
    onProgress: () => undefined,
  }
  const agent = runAgent({
    config: agentConfig({ flushAddresses, ttlSeconds }),
    targets: [{ apiUrl, bearerToken: 'tja_test' }],
    ttlFrom: 'event',
    logPaths: [log],
    stateDirectory,
    clock,
    logger: silentLogger,
    signal: stop.signal,
    // the file system's own events would come at moments of their own
    follow: (rest) => followLog({ ...rest, wakeUp: 'poll' }),
    random: () => 0,
    observer,
  })
  const ended = new AbortController()
  const noteEnd = () => ended.abort()
  agent.then(noteEnd, noteEnd)
  const attacks = new Attacks(options, log)
  for (let minute = 0; minute < options.minutes; minute++) {
    const beganAtMs = clock.nowMs()
    await clock.advance(MINUTE_MS)
    attacks.write(minute, beganAtMs)
    while (!ended.signal.aborted && linesRead < attacks.events) await clock.advance(100).then(() => turn())
  }
  await clock.advance(MINUTE_MS)
  const spoolBytes = bytesIn(stateDirectory)
  await options.endOutage()
  const endedAtMs = clock.nowMs()
  while (!ended.signal.aborted && !options.isDrained() && clock.nowMs() < endedAtMs + LONGEST_DRAIN_MS) {
    await clock.advance(100).then(() => turn())
  }
  const drainMs = clock.nowMs() - endedAtMs
  stop.abort()
  await agent
  return { newestByAddress: attacks.newestByAddress, events: attacks.events, spoolBytes, drainMs }
}

/** Writes the log and remembers what stands in it. */
class Attacks {
  readonly newestByAddress = new Map<string, number>()
  readonly #options: OutageOptions
  readonly #log: string
  readonly #random: () => number
  events = 0

  constructor(options: OutageOptions, log: string) {
    this.#options = options
    this.#log = log
    this.#random = randomFrom(options.seed)
  }

  /** The events of one minute, in the order of their times. */
  write(minute: number, beganAtMs: number): void {
    const { eventsPerMinute } = this.#options
    const lines = Array.from({ length: eventsPerMinute }, (_, index) => {
      const atMs = beganAtMs + Math.floor((index * MINUTE_MS) / eventsPerMinute)
      const address = this.#nextAddress(minute)
      this.newestByAddress.set(address, atMs)
      return loginLine(address, atMs)
    })
    this.events += eventsPerMinute
    appendFileSync(this.#log, lines.join(''))
  }

  #nextAddress(minute: number): string {
    const { addresses, minutes } = this.#options
    const seen = this.newestByAddress.size
    const unseen = addresses[seen]
    if (unseen !== undefined && (seen === 0 || this.#random() < 0.5)) return unseen
    const from = minute < minutes / 2 ? 0 : Math.floor(addresses.length / 2)
    return addresses[from + Math.floor(this.#random() * (seen - from))] ?? ''
  }
}

function bytesIn(directory: string): number {
  return readdirSync(directory)
    .map((name) => statSync(join(directory, name)).size)
    .reduce((sum, bytes) => sum + bytes, 0)
}
