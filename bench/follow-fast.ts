/**
 * Following a log that grows at 20 MB/s: npm run bench:follow-fast [-- [--seconds 30] LOG]
 * Writes LOG (default: a generated one) again and again, renames the log in the middle as Cowrie does at
 * midnight, and prints second by second how far the agent is behind.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { findFreePort } from '../test/support/free-port.ts'
import { GrowingLog } from './growing-log.ts'
import { makeLog } from './make-log.ts'
import { useOf } from './measure.ts'
import { type BenchService, honeyjam, stop, UNLIMITED, until, withService } from './programs.ts'

const TICK_MS = 50
const TICKS_PER_SECOND = 1000 / TICK_MS

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '30' } },
  allowPositionals: true,
})
const SECONDS = Number(values.seconds)

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
try {
  const source = positionals[0] ?? makeLog(join(scratch, 'source.json'))
  await withService(scratch, (service) => followFast(service, source))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function followFast({ targetOptions }: BenchService, source: string): Promise<void> {
  const writer = new GrowingLog(join(scratch, 'cowrie.json'), source)
  const metricsPort = await findFreePort()
  const options = ['--state', join(scratch, 'agent'), '--metrics-listen', String(metricsPort)]
  const rest = ['--ttl-from', 'arrival', '--log-level', 'error', '--requests-per-minute', UNLIMITED]
  const agent = honeyjam(['report', '--log', writer.path, ...options, ...rest, ...targetOptions])
  let lines = 0
  try {
    await until('the agent follows', () => answers(metricsPort))
    await wait(2000)
    let cpuSeconds = useOf(agent).cpuSeconds
    const startMs = performance.now()
    for (let second = 1; second <= SECONDS; second++) {
      for (let tick = 1; tick <= TICKS_PER_SECOND; tick++) {
        writer.write()
        await wait(
          Math.max(0, startMs + ((second - 1) * TICKS_PER_SECOND + tick) * TICK_MS - performance.now()),
        )
      }
      if (second === Math.floor(SECONDS / 2)) writer.rotate(`${writer.path}.2026-01-01`)
      lines = await linesRead(metricsPort)
      const use = useOf(agent)
      const share = (100 * (use.cpuSeconds - cpuSeconds)).toFixed(0)
      cpuSeconds = use.cpuSeconds
      console.log(
        `${String(second).padStart(3)} s  ${writer.lines - lines} lines behind  ${share} % of a core  RSS ${use.residentMb.toFixed(0)} MB`,
      )
    }
    const endMs = performance.now()
    while (lines < writer.lines && performance.now() < endMs + 20_000) {
      await wait(10)
      lines = await linesRead(metricsPort)
    }
    const bytes = writer.bytes / 1e6
    console.log(`${bytes.toFixed(0)} MB, ${writer.lines} lines written, ${lines} read`)
    console.log(`caught up ${((performance.now() - endMs) / 1000).toFixed(2)} s after the last byte`)
  } finally {
    await stop(agent)
    writer.close()
  }
}

async function answers(metricsPort: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${metricsPort}/metrics`).then(
    () => true,
    () => false,
  )
}

async function linesRead(metricsPort: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}/metrics`)
  return Number(/^honeyjam_agent_log_lines_total\{.*\} (\d+)$/m.exec(await answer.text())?.[1] ?? 0)
}
