import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { KeptProcess } from './kept-process.ts'

const TICK_MS = 20
/** At most so many lines a tick. */
const BURST_LINES = 12
/** On a slow machine a short run goes on until so much was reported that faults were met. */
const FEWEST_REQUESTS = 12
const EXTENSION_MS = 40_000
/** Chances a tick. */
const ROTATE = 0.02
const PACK = 0.01
const KILL = 0.02
const SPARED = 0.9
const FILL_DISK = 0.003
const LONGEST_FULL_MS = 4000
/** A program that was killed comes back after this, so that the log rotates meanwhile. */
const LONGEST_DOWN_MS = 1000

/** Does harm of all kinds by chance. */
export async function hurtAtRandom(bench: Bench, durationMs: number): Promise<void> {
  const { log, random, proxy } = bench
  proxy.doFaultsAtRandom()
  const endsAtMs = performance.now() + durationMs
  const killer = new Killer(bench)
  const isOver = () => performance.now() > endsAtMs + (proxy.requests < FEWEST_REQUESTS ? EXTENSION_MS : 0)
  while (!isOver()) {
    log.write(Math.floor(random() * BURST_LINES))
    if (random() < ROTATE) log.rotate()
    if (random() < PACK) log.pack()
    log.prune()
    if (random() < KILL) killer.kill(random() < 0.6 ? bench.agent : bench.service)
    fillDisk(bench)
    await pause(TICK_MS)
  }
  await killer.finished()
}

function fillDisk(bench: Bench): void {
  const { disk, random } = bench
  if (disk?.isFull === true && performance.now() > bench.freeDiskAtMs) disk.free()
  if (disk?.isFull !== false || random() >= FILL_DISK) return
  disk.fill()
  bench.fullDisks += 1
  bench.freeDiskAtMs = performance.now() + random() * LONGEST_FULL_MS
}

/** Kills programs and lets them come back after a while. */
class Killer {
  readonly #random: () => number
  readonly #proxy: FaultProxy
  readonly #comings = new Map<KeptProcess, Promise<void>>()
  #requestsAtKill = 0

  constructor({ random, proxy }: Pick<Bench, 'random' | 'proxy'>) {
    this.#random = random
    this.#proxy = proxy
  }

  /** Spares most that have not come to send or take anything since the last kill: else nothing would be under way. */
  kill(victim: KeptProcess): void {
    const isEarly = this.#proxy.requests === this.#requestsAtKill
    if (this.#comings.has(victim) || (isEarly && this.#random() < SPARED)) return
    this.#requestsAtKill = this.#proxy.requests
    const coming = killForAWhile(victim, this.#random() * LONGEST_DOWN_MS)
    this.#comings.set(
      victim,
      coming.finally(() => this.#comings.delete(victim)),
    )
  }

  async finished(): Promise<void> {
    await Promise.all(this.#comings.values())
  }
}

async function killForAWhile(victim: KeptProcess, downMs: number): Promise<void> {
  await victim.kill()
  await pause(downMs)
  victim.start()
}
