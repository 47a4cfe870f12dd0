/**
 * What following a honeypot takes: npm run bench:follow [-- --minutes 3] [--events-per-day 64000] [--node NODE]
 * Runs `report` with its usual settings beside a service, writes attacks to the log at random moments, and prints the
 * memory and the share of one core. Reports and heartbeats go out as always. An older NODE shows what its launcher adds.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { randomLoginLine } from './attack-line.ts'
import { type Use, useOf } from './measure.ts'
import { type BenchService, honeyjam, stop, withService } from './programs.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    'events-per-day': { type: 'string', default: '64000' },
    node: { type: 'string', default: process.execPath },
  },
})
const MINUTES = Number(values.minutes)
const EVENTS_PER_DAY = Number(values['events-per-day'])
const MEAN_GAP_MS = 86_400_000 / EVENTS_PER_DAY
/** For the start and for what V8 compiles on the first events. */
const WARM_UP_MS = 20_000

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
try {
  console.log(
    `following ${EVENTS_PER_DAY} events a day for ${MINUTES} min, heartbeats and status.json as always`,
  )
  await withService(scratch, follow)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function follow({ targetOptions }: BenchService): Promise<void> {
  const log = join(scratch, 'cowrie.json')
  writeFileSync(log, '')
  const args = ['report', '--log', log, '--state', join(scratch, 'agent'), '--log-level', 'warn']
  const agent = honeyjam([...args, ...targetOptions], values.node)
  try {
    await attack(log, WARM_UP_MS)
    const before = useOf(agent)
    print('after the start', before, before.cpuSeconds / (WARM_UP_MS / 1000))
    let cpuSeconds = before.cpuSeconds
    for (let minute = 1; minute <= MINUTES; minute++) {
      await attack(log, 60_000)
      const use = useOf(agent)
      print(`minute ${minute}`, use, (use.cpuSeconds - cpuSeconds) / 60)
      cpuSeconds = use.cpuSeconds
    }
    print('all minutes', useOf(agent), (cpuSeconds - before.cpuSeconds) / (60 * MINUTES))
  } finally {
    await stop(agent)
  }
}

/** Writes one line after the other, each with a gap of its own. */
async function attack(log: string, forMs: number): Promise<void> {
  const endMs = performance.now() + forMs
  for (;;) {
    const gapMs = -Math.log(1 - Math.random()) * MEAN_GAP_MS
    const leftMs = endMs - performance.now()
    await wait(Math.max(0, Math.min(gapMs, leftMs)))
    if (gapMs >= leftMs) return
    appendFileSync(log, randomLoginLine())
  }
}

function print(when: string, { processes, residentMb, proportionalMb }: Use, coreShare: number): void {
  const cells = [
    `${(100 * coreShare).toFixed(2)} % of a core`.padStart(18),
    `RSS ${residentMb.toFixed(1)} MB`.padStart(15),
    `PSS ${proportionalMb.toFixed(1)} MB`.padStart(15),
  ]
  console.log(
    `${when.padEnd(16)}${cells.join('')}  (${processes} ${processes === 1 ? 'process' : 'processes'})`,
  )
}
