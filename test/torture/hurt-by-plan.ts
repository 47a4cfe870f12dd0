import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { FAULTS, type Fault } from './fault-proxy.ts'
import type { KeptProcess } from './kept-process.ts'
import { until } from './service-calls.ts'
import { ROTATIONS, type RotationKind } from './torn-log.ts'

/** More than are gathered before a report goes out at once. */
const BURST_LINES = 120
const TICK_MS = 20
const PATIENCE_MS = 30_000
/** So long the disk is full: the agent has met it by then. */
const FULL_MS = 700

/** An agent that is killed after a failure may have noted it by then, or not. */
const LONGEST_LIFE_MS = 150

/** The service has taken these reports and the agent does not know: it lives on and must send them again as they were. */
const IN_DOUBT: ReadonlySet<Fault> = new Set(['answer lost', 'answer garbled', 'taken, then 500'])
/** While these are under way the service dies as well. */
const KILLS_SERVICE: ReadonlySet<Fault> = new Set(['delay', 'silence', '500'])

/** Does every harm there is, in an order of its own for each seed: each fault once, each rotation once, a full disk, kills. */
export async function hurtByPlan(bench: Bench): Promise<void> {
  const rotations = shuffled(ROTATIONS, bench.random)
  for (const fault of shuffled(FAULTS, bench.random)) {
    await meetFault(bench, fault)
    if (IN_DOUBT.has(fault)) await awaitNextReport(bench)
    else await killPrograms(bench, fault)
    const rotation = rotations.pop()
    if (rotation !== undefined) await rotate(bench, rotation)
  }
  bench.log.pack()
  await fillDisk(bench)
}

async function meetFault({ proxy, log }: Bench, fault: Fault): Promise<void> {
  proxy.plan(fault)
  log.write(BURST_LINES)
  await untilWritten(log, `the fault ${fault}`, () => proxy.faults.has(fault))
}

/** Newer addresses wait by then, so that an agent that took the report for refused would form another one. */
async function awaitNextReport({ proxy, log }: Bench): Promise<void> {
  const before = proxy.requests
  log.write(BURST_LINES)
  await untilWritten(log, 'the next report', () => proxy.requests > before)
}

/** The log goes on meanwhile: of a burst that was cut near its start nothing would come to a report. */
async function untilWritten(log: Bench['log'], what: string, isDone: () => boolean): Promise<void> {
  await until(what, PATIENCE_MS, () => {
    if (isDone()) return true
    log.write(1)
    return false
  })
}

/** An agent that has come to know a failure would wait for seconds, after a refusal for minutes. */
async function killPrograms(bench: Bench, fault: Fault): Promise<void> {
  if (KILLS_SERVICE.has(fault)) await killAndGoOn(bench, bench.service)
  await pause(bench.random() * LONGEST_LIFE_MS)
  await killAndGoOn(bench, bench.agent)
}

/** Whatever is under way is cut off, and the log goes on meanwhile. */
async function killAndGoOn({ log, random }: Bench, victim: KeptProcess): Promise<void> {
  await victim.kill()
  log.write(Math.floor(random() * BURST_LINES))
  victim.start()
}

/** Those that throw away what was read wait for the agent. */
async function rotate({ log }: Bench, kind: RotationKind): Promise<void> {
  await until(`the rotation ${kind}`, PATIENCE_MS, () => {
    log.rotate(kind)
    log.write(1)
    return log.rotations.has(kind)
  })
}

async function fillDisk(bench: Bench): Promise<void> {
  const { disk, log, agent } = bench
  if (disk === undefined) return
  disk.fill()
  bench.fullDisks += 1
  log.write(BURST_LINES)
  await pause(FULL_MS)
  await agent.kill()
  log.write(BURST_LINES)
  agent.start()
  await pause(FULL_MS)
  disk.free()
  await pause(TICK_MS)
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ item }) => item)
}
