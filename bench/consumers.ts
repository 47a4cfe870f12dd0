/**
 * Many consumers of one service: npm run bench:consumers [-- --streams 1000] [--pulls 10000] [--seconds 60] [--entries 100000]
 * Streams of decisions that stay open, pulls of a feed a minute (each device asks whether its copy is still good), and a
 * thousand addresses a second that are reported meanwhile.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Ask, PullFigures, StreamFigures } from './consumers/messages.ts'
import { ROOT } from './programs.ts'
import { sqliteBenchStore } from './service/bench-store.ts'
import { count, errorsText, latencies, printFigure } from './service/print.ts'
import { runService, startLoad } from './service/run-service.ts'

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000' },
    pulls: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '60' },
    entries: { type: 'string', default: '100000' },
  },
})
const entries = Number(values.entries)
const seconds = Number(values.seconds)
const REPORTS = { kind: 'reports', addresses: 100, senders: 4, perSecond: 10, ttlSeconds: 86_400 } as const
const BAR_PULL_MS = 100

const directory = mkdtempSync(join(tmpdir(), 'honeyjam-consumers-'))
const store = sqliteBenchStore(directory)
await store.fill(entries)
const service = await runService({ directory, store })
const { url, keyFile } = service
const writer = startLoad(service)
const streams = startPart<StreamFigures>('streams')
const pulls = startPart<PullFigures>('pulls')
try {
  const load = loadavg()[0]?.toFixed(2)
  console.log(
    `${values.streams} streams and ${values.pulls} pulls a minute, ${count(entries)} entries, load average at the start ${load}`,
  )
  await streams.ask({ kind: 'open', count: Number(values.streams), url, keyFile })
  const before = await service.sample()
  const [pulled, written] = await Promise.all([
    pulls.ask({ kind: 'pull', perMinute: Number(values.pulls), seconds, url, keyFile }),
    writer.run({ ...REPORTS, seconds, firstNew: entries }),
  ])
  const after = await service.sample()
  const heard = await streams.ask({ kind: 'close' })
  printFigure(
    'pulls a minute',
    `${count((60 * pulled.requests) / seconds)}, ${pulled.notModified} of ${pulled.requests} were 304`,
  )
  printFigure('a pull', `${latencies(pulled)}, ${errorsText(pulled)}`, {
    isMet: pulled.p99Ms < BAR_PULL_MS && Object.keys(pulled.errors).length === 0,
    text: `p99 below ${BAR_PULL_MS} ms, no error`,
  })
  printFigure(
    'addresses/s reported meanwhile',
    `${count(REPORTS.addresses * written.perSecond)}, ${latencies(written)}, ${errorsText(written)}`,
  )
  printFigure(
    'streams open to the end',
    `${heard.open} of ${values.streams}, ${count(heard.answers / seconds)} answers a second to all`,
  )
  printFigure(
    'memory of the service',
    `${megabytes(before.rssBytes)} before, ${megabytes(after.rssBytes)} after`,
  )
} finally {
  streams.stop()
  pulls.stop()
  await writer.stop()
  await service.stop()
  rmSync(directory, { recursive: true, force: true })
}

function startPart<Figures>(name: string) {
  const child = fork(join(ROOT, `bench/consumers/${name}.ts`))
  return {
    async ask(question: Ask): Promise<Figures> {
      const answered = once(child, 'message') as Promise<[Figures]>
      child.send(question)
      const [figures] = await answered
      return figures
    },
    stop: () => child.kill(),
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
