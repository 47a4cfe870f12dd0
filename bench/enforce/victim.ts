/** The host that is attacked: runs service, enforcer and measurement; started by bench/enforce.ts in a namespace of its own. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { honeyjam, stop, withService } from '../programs.ts'
import { addressText, numberedAddress } from '../service/numbered-addresses.ts'
import { count, printFigure } from '../service/print.ts'
import { type Attacker, attackerAddress, echoPackets, openAttacker } from './place.ts'

const { values } = parseArgs({
  options: { entries: { type: 'string', default: '100000' }, reports: { type: 'string', default: '500' } },
})
const ENTRIES = Number(values.entries)
const REPORTS = Number(values.reports)
const MOST = 1000
/** Attackers at the same time. */
const AT_ONCE = 10
/** So long without an answer means that packets are dropped. */
const QUIET_PACKETS = 40
const LONGEST_MS = 60_000

const scratch = mkdtempSync(join(tmpdir(), 'honeyjam-enforce-'))
try {
  console.log(`from a report to the kernel, nftables, load average at the start ${loadavg()[0]?.toFixed(2)}`)
  const attacker = await openAttacker(REPORTS)
  await echoPackets()
  await withService(scratch, async ({ url, targetOptions }) => {
    const keyFile = targetOptions[targetOptions.indexOf('--key-file') + 1] ?? ''
    const data = targetOptions[targetOptions.indexOf('--data') + 1] ?? ''
    const report = reporter(url, readFileSync(keyFile, 'utf8').trim())
    for (let first = 0; first < ENTRIES; first += MOST)
      await report(Array.from({ length: MOST }, (_, index) => addressText(numberedAddress(first + index))))
    const { enforcer, seconds } = await startEnforcer(data)
    printFigure(`start of an enforcer until ${count(ENTRIES)} are in the kernel`, `${seconds.toFixed(2)} s`, {
      isMet: seconds < 2,
      text: 'below 2 s',
    })
    await measureReports(report, attacker)
    await stop(enforcer)
    printFigure('nft -f alone, the same table', `${nftAlone().toFixed(2)} s`)
  })
  attacker.stop()
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

type Report = (addresses: readonly string[]) => Promise<void>

/** Resolves when the 202 is there. */
function reporter(url: string, key: string): Report {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  return async (addresses) => {
    const body = JSON.stringify({ addresses })
    const response = await fetch(`${url}/v1/ip`, { method: 'POST', headers, body })
    if (response.status !== 202) throw new Error(`a report was answered ${response.status}`)
  }
}

async function startEnforcer(data: string) {
  const startMs = performance.now()
  const enforcer = spawn(process.execPath, [...programWords(), 'enforce', 'nftables', '--data', data], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  enforcer.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
  while (!log.includes('following the decisions')) {
    if (performance.now() > startMs + LONGEST_MS || enforcer.exitCode !== null) throw new Error(log)
    await wait(5)
  }
  return { enforcer, seconds: (performance.now() - startMs) / 1000 }
}

function programWords(): readonly string[] {
  const { spawnargs } = honeyjam(['--version'])
  return spawnargs.slice(1, 2)
}

/** Takes the table out and puts it in again in one file. @returns seconds of the second */
function nftAlone(): number {
  const file = join(scratch, 'table.nft')
  const [table = ''] = execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }).split('\n')
  writeFileSync(
    file,
    `flush ${table}\ndelete ${table}\n${execFileSync('nft', ['list', ...table.split(' ')], { maxBuffer: 1e9, encoding: 'utf8' })}`,
  )
  const startMs = performance.now()
  execFileSync('nft', ['-f', file])
  return (performance.now() - startMs) / 1000
}

async function measureReports(report: Report, attacker: Attacker): Promise<void> {
  const delaysMs: number[] = []
  let next = 0
  const attackInTurn = async () => {
    while (next < REPORTS) delaysMs.push(await delayOf(attackerAddress(next++), report, attacker))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, attackInTurn))
  const sorted = delaysMs.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
  const figure = `p50 ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms, p99 ${at(0.99).toFixed(0)} ms, worst ${at(1).toFixed(0)} ms`
  printFigure(`from the 202 to the first dropped packet, ${count(REPORTS)} reports`, figure, {
    isMet: at(0.95) < 1000 && at(0.99) < 2000,
    text: 'p95 below 1 s, p99 below 2 s',
  })
}

/** @returns milliseconds from the 202 to when the first packet was sent that got no answer */
async function delayOf(address: string, report: Report, attacker: Attacker): Promise<number> {
  attacker.begin(address)
  while ((await attacker.ask('look', address)).lastAnswered < 2) await wait(10)
  await report([address])
  const answeredAtMs = performance.timeOrigin + performance.now()
  for (;;) {
    await wait(20)
    const { count: sent, lastAnswered, firstDroppedAtMs } = await attacker.ask('look', address)
    if (performance.timeOrigin + performance.now() > answeredAtMs + LONGEST_MS)
      return Number.POSITIVE_INFINITY
    if (sent - lastAnswered <= QUIET_PACKETS) continue
    await attacker.ask('end', address)
    return Math.max(0, (firstDroppedAtMs ?? Number.NaN) - answeredAtMs)
  }
}
