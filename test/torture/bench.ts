import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort } from '../support/free-port.ts'
import { randomFrom } from '../support/random.ts'
import { AttackLines } from './attack-lines.ts'
import { FaultProxy } from './fault-proxy.ts'
import { FillingDisk } from './filling-disk.ts'
import { KeptProcess } from './kept-process.ts'
import { hasWork, isReadToEnd, readNotedPosition } from './noted-state.ts'
import { fetchTotals, isHealthy, until } from './service-calls.ts'
import { TornLog } from './torn-log.ts'
import { compare, isGood, type TortureResult } from './torture-result.ts'

/** How long everything may take to arrive once the faults have ended. */
const LONGEST_DRAIN_MS = 60_000
const LONGEST_START_MS = 30_000

/**
 * Lets `hurt` do harm to the built program, agent and service, and compares at the end what was written with what is on the list.
 * The working directory is removed when nothing was wrong.
 * @throws Error the program does not come up, or the list cannot be read at the end
 */
export async function torture(seed: number, hurt: (bench: Bench) => Promise<void>): Promise<TortureResult> {
  const random = randomFrom(seed)
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-torture-'))
  const stateDirectory = join(directory, 'state')
  const disk = FillingDisk.mount(stateDirectory)
  const servicePort = await findFreePort()
  const proxy = await FaultProxy.start(servicePort, random)
  const bench = setUp({ directory, stateDirectory, disk, servicePort, proxy, random })
  try {
    await begin(bench)
    const startedAtMs = performance.now()
    await hurt(bench)
    const minutes = (performance.now() - startedAtMs) / 60_000
    const result = describe(bench, { seed, minutes, totals: await drain(bench) })
    bench.isToBeRemoved = isGood(result)
    return result
  } finally {
    await tearDown(bench)
  }
}

interface Place {
  readonly directory: string
  readonly stateDirectory: string
  /** `undefined` where none can be mounted. */
  readonly disk: FillingDisk | undefined
  readonly servicePort: number
  readonly proxy: FaultProxy
  readonly random: () => number
}

export interface Bench extends Place {
  readonly log: TornLog
  readonly agent: KeptProcess
  readonly service: KeptProcess
  readonly stateFile: string
  readonly keyFile: string
  fullDisks: number
  freeDiskAtMs: number
  isToBeRemoved: boolean
}

function setUp(place: Place): Bench {
  const { directory, stateDirectory, servicePort, proxy, random } = place
  const logs = join(directory, 'log')
  const data = join(directory, 'data')
  const keyFile = join(data, 'admin.key')
  const stateFile = join(stateDirectory, 'agent.db')
  const configFile = join(directory, 'cowrie.cfg')
  mkdirSync(logs)
  const logPath = join(logs, 'cowrie.json')
  writeFileSync(
    configFile,
    '[output_threatjammer]\nenabled = true\nflush_seconds = 1\nflush_addresses = 40\nrequests_per_minute = 100000\n',
  )
  const keep = (name: string, words: readonly string[]) =>
    new KeptProcess({ words, directory, outputFile: join(directory, `${name}.log`) })
  const serve = ['serve', '--data', data, '--port', String(servicePort), '--reports-per-minute', '100000']
  const report = ['report', '--cowrie-config', configFile, '--log', logPath, '--state', stateDirectory]
  return {
    ...place,
    log: new TornLog(logPath, new AttackLines(random), random, () => isReadToEnd(stateFile, logPath)),
    service: keep('service', serve),
    agent: keep('agent', [...report, '--api-url', proxy.reportUrl, '--key-file', keyFile]),
    stateFile,
    keyFile,
    fullDisks: 0,
    freeDiskAtMs: 0,
    isToBeRemoved: false,
  }
}

/** An agent that has never seen a log begins with its current file, whatever was rotated before: it must meet it first. */
async function begin({ service, agent, servicePort, stateFile, log }: Bench): Promise<void> {
  service.start()
  await until('the service to answer', LONGEST_START_MS, () => isHealthy(servicePort))
  agent.start()
  await until('the agent to find the log', LONGEST_START_MS, () => readNotedPosition(stateFile, log.path))
}

/** Ends all faults and waits until the list holds every address and nothing waits any more. @returns the list */
async function drain({ disk, proxy, log, agent, service, ...bench }: Bench): Promise<Map<string, number>> {
  disk?.free()
  proxy.endFaults()
  log.end()
  // one that waits after a refusal would do so for minutes
  await Promise.all([agent.kill(), service.kill()])
  service.start()
  await until('the service to answer', LONGEST_START_MS, () => isHealthy(bench.servicePort))
  agent.start()
  const isDone = () => isReadToEnd(bench.stateFile, log.path) && !hasWork(bench.stateFile)
  await until('everything to arrive', LONGEST_DRAIN_MS, isDone)
  return await fetchTotals(bench.servicePort, readFileSync(bench.keyFile, 'utf8').trim())
}

function describe(
  { agent, service, log, proxy, ...bench }: Bench,
  { seed, minutes, totals }: { seed: number; minutes: number; totals: ReadonlyMap<string, number> },
): TortureResult {
  const { linesByAddress } = log.lines
  const fullDisk: [string, number][] = bench.disk === undefined ? [] : [['disk full', bench.fullDisks]]
  return {
    seed,
    minutes,
    directory: bench.directory,
    kills: { agent: agent.kills, service: service.kills },
    exits: { agent: agent.exits, service: service.exits },
    rotations: log.rotations,
    faults: new Map([...proxy.faults, ...fullDisk]),
    hasSmallDisk: bench.disk !== undefined,
    requests: proxy.requests,
    reports: proxy.reports,
    lines: log.lines.lines,
    addresses: linesByAddress.size,
    verdict: compare({
      linesByAddress,
      reportsByAddress: proxy.reportsByAddress,
      totalReportsByAddress: totals,
      ambiguousKeys: proxy.ambiguousKeys,
    }),
  }
}

/** What is not removed is kept whole: the state is copied off the disk that goes away. */
async function tearDown({ agent, service, proxy, disk, directory, ...bench }: Bench): Promise<void> {
  await Promise.all([agent.kill(), service.kill()])
  await proxy.close()
  if (!bench.isToBeRemoved && disk !== undefined) {
    cpSync(bench.stateDirectory, join(directory, 'state-at-the-end'), { recursive: true })
  }
  disk?.unmount()
  if (bench.isToBeRemoved) rmSync(directory, { recursive: true })
  else process.stderr.write(`kept for a look: ${directory}\n`)
}
