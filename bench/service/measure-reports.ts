import { until } from '../programs.ts'
import type { BenchStore } from './bench-store.ts'
import type { JobFigures } from './jobs.ts'
import type { OpenStore, Plan } from './plan.ts'
import { count, errorsText, latencies, printFigure, printHead } from './print.ts'
import { type Load, type RunningService, runService, startLoad } from './run-service.ts'

/** Addresses a second, acknowledged, merged in the end. */
export interface ReportBars {
  readonly intoNone: number
  readonly intoMany: number
}

/** What is measured at the moment. */
interface Run {
  readonly plan: Plan
  readonly store: BenchStore
  readonly service: RunningService
  readonly writer: Load
  readonly reader: Load
}

const REPORTS = { kind: 'reports', addresses: 1000, senders: 16, ttlSeconds: 86_400 } as const
const SINGLE_SENDERS = 64
const SINGLE_SECONDS = 10
const BAR_SINGLE = 3000
const BAR_PEAK = 500_000
const PEAK_SECONDS = 10
const BAR_LOOK_UP_MS = 20
const LOOK_UPS = { kind: 'look-ups', senders: 8, perSecond: 200 } as const
const MERGE_PATIENCE_MS = 600_000

/** Reports at full rate into an empty store and into a full one, with look-ups beside them. */
export async function measureReports(plan: Plan, openStore: OpenStore, bars: ReportBars): Promise<void> {
  await measureInto(plan, openStore, { entries: 0, bar: bars.intoNone })
  await measureInto(plan, openStore, { entries: plan.entries, bar: bars.intoMany })
}

async function measureInto(
  plan: Plan,
  openStore: OpenStore,
  { entries, bar }: { readonly entries: number; readonly bar: number },
): Promise<void> {
  const { directory, store } = await openStore()
  printHead(`${store.name}, reports into ${count(entries)} entries`)
  if (entries > 0) {
    const seconds = await timed(() => store.fill(entries))
    printFigure('filled straight through the store', `${seconds.toFixed(1)} s`)
  }
  const startMs = performance.now()
  const service = await runService({ directory, store, nodeOptions: plan.nodeOptions })
  printFigure('start of the service', `${((performance.now() - startMs) / 1000).toFixed(1)} s`)
  const run: Run = { plan, store, service, writer: startLoad(service), reader: startLoad(service) }
  try {
    await service.sample()
    const nextNew = await measureLarge(run, entries, bar)
    const known = await measureSingle(run, nextNew)
    await measureLookUpsBeside(run, known)
  } finally {
    await Promise.all([run.writer.stop(), run.reader.stop()])
    await service.stop()
  }
}

/** @returns number of the first address that is not there yet, as do those that follow */
async function measureLarge(
  { plan, store, service, writer }: Run,
  firstNew: number,
  bar: number,
): Promise<number> {
  const startMs = performance.now()
  const secondsSince = () => (performance.now() - startMs) / 1000
  const peakSeconds = Math.min(PEAK_SECONDS, plan.seconds)
  const peak = await writer.run({ ...REPORTS, seconds: peakSeconds, firstNew })
  const seconds = Math.max(1, plan.seconds - peakSeconds)
  const rest = await writer.run({ ...REPORTS, seconds, firstNew: peak.nextNew })
  const sentSeconds = secondsSince()
  await untilMerged(store)
  const mergedSeconds = secondsSince()

  const peakRate = REPORTS.addresses * peak.perSecond
  printFigure(
    `addresses/s acknowledged in the first ${peakSeconds} s`,
    `${count(peakRate)}, ${details(peak)}`,
    {
      isMet: peakRate >= BAR_PEAK && isClean(peak),
      text: `a peak, at least ${count(BAR_PEAK)}`,
    },
  )
  const addresses = REPORTS.addresses * (peak.requests + rest.requests)
  const sentRate = count(addresses / sentSeconds)
  printFigure(`addresses/s acknowledged in ${sentSeconds.toFixed(0)} s`, `${sentRate}, ${details(rest)}`)
  const mergedRate = addresses / mergedSeconds
  printFigure(`addresses/s until all are merged, ${mergedSeconds.toFixed(0)} s`, count(mergedRate), {
    isMet: mergedRate >= bar && isClean(rest),
    text: `at least ${count(bar)}`,
  })
  printFigure('delays of the event loop meanwhile', await delaysOf(service))
  return rest.nextNew
}

async function measureSingle({ plan, store, writer }: Run, firstNew: number): Promise<number> {
  const seconds = Math.min(SINGLE_SECONDS, plan.seconds)
  const job = { ...REPORTS, addresses: 1, senders: SINGLE_SENDERS, seconds, firstNew }
  const figures = await writer.run(job)
  await untilMerged(store)
  const figure = `${count(figures.perSecond)}, ${details(figures)}`
  printFigure(`reports of one address a second, ${SINGLE_SENDERS} clients`, figure, {
    isMet: figures.perSecond >= BAR_SINGLE && isClean(figures),
    text: `at least ${count(BAR_SINGLE)}`,
  })
  return figures.nextNew
}

async function measureLookUpsBeside(
  { plan, store, service, writer, reader }: Run,
  known: number,
): Promise<void> {
  let firstNew = known
  const seconds = plan.seconds / 2
  for (const path of ['/v1/assess/ip/', '/honeyjam/v1/check/']) {
    await service.sample()
    const [written, found] = await Promise.all([
      writer.run({ ...REPORTS, seconds, firstNew }),
      reader.run({ ...LOOK_UPS, path, seconds, known }),
    ])
    firstNew = written.nextNew
    const delays = await delaysOf(service)
    printFigure(`GET ${path}X meanwhile, ${LOOK_UPS.perSecond} a second`, details(found), {
      isMet: found.p99Ms < BAR_LOOK_UP_MS && isClean(found),
      text: `p99 below ${BAR_LOOK_UP_MS} ms, no error`,
    })
    const rate = count(REPORTS.addresses * written.perSecond)
    printFigure('  addresses/s written beside', `${rate}, ${errorsText(written)}; event loop ${delays}`)
    await untilMerged(store)
  }
}

export async function untilMerged(store: BenchStore): Promise<void> {
  await until('all is in the tables', () => store.isMerged(), MERGE_PATIENCE_MS)
}

function details(figures: JobFigures): string {
  return `${latencies(figures)}, ${errorsText(figures)}`
}

async function delaysOf(service: RunningService): Promise<string> {
  const { loopP99Ms, loopWorstMs } = await service.sample()
  return `p99 ${loopP99Ms.toFixed(0)} ms, worst ${loopWorstMs.toFixed(0)} ms`
}

function isClean({ errors }: JobFigures): boolean {
  return Object.keys(errors).length === 0
}

async function timed(run: () => Promise<void>): Promise<number> {
  const startMs = performance.now()
  await run()
  return (performance.now() - startMs) / 1000
}
