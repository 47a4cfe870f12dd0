/**
 * What feeds take: npm run bench:feeds [-- --entries 1000000] [--seconds 30]
 * Service and load are processes of their own. Each figure comes with its bar.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Agent } from 'undici'
import { FEEDS_PATH, MANAGEMENT_PATHS } from '../src/contract/terms/index.ts'
import { sqliteBenchStore } from './service/bench-store.ts'
import { addressText, numberedAddress } from './service/numbered-addresses.ts'
import { count, errorsText, printFigure, printHead } from './service/print.ts'
import { runService, startLoad } from './service/run-service.ts'

const PULLS_PER_SECOND = 10_000 / 60
const ADDRESSES_PER_SECOND = 1000
const ADDRESSES_PER_REPORT = 10
const PULL_BAR_MS = 100
const LOOP_BAR_MS = 20
/** Devices that ask by turns, each with the tag that it got last. */
const DEVICES = 300
/** So many of them are of the account that changes; those of another have what there is. */
const OF_CHANGING = 30
const OTHER_ENTRIES = 10_000
const PULLED = ['paloalto.txt', 'fortigate.txt', 'plain.txt']

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '30' },
  },
})
const entries = Number(values.entries)
const seconds = Number(values.seconds)
const directory = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
const store = sqliteBenchStore(directory)
await store.fill(entries)
const service = await runService({ directory, store })
const agent = new Agent({ connections: 64 })
const adminKey = readFileSync(service.keyFile, 'utf8').trim()
const load = startLoad(service)
const otherKey = await addAccount()
try {
  printHead(
    `feeds of ${count(entries)} decisions, ${cpus().length} cores, load average at the start ${loadavg()[0]?.toFixed(2)}`,
  )
  for (const name of ['plain.txt', 'paloalto.txt', 'cidr.txt', 'nftables.nft', 'decisions.csv'])
    await measureFirst(name)
  await measureLoad()
} finally {
  await agent.close()
  await load.stop()
  await service.stop()
  rmSync(directory, { recursive: true })
}

/** An account with a list that stays as it is. @returns a key of it */
async function addAccount(): Promise<string> {
  const first = { name: 'first', scopes: ['read', 'manage'] }
  const made = await post(MANAGEMENT_PATHS.accounts, adminKey, { name: 'other', key: first })
  const { key } = (made as { key: { key: string } }).key
  const addresses = Array.from({ length: OTHER_ENTRIES }, (_, at) => addressText(numberedAddress(at)))
  await post(MANAGEMENT_PATHS.ban, key, { addresses })
  return key
}

async function post(path: string, bearer: string, body: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' }
  const text = JSON.stringify(body)
  const answer = await agent.request({ origin: service.url, method: 'POST', path, headers, body: text })
  return await answer.body.json()
}

async function measureFirst(name: string): Promise<void> {
  await service.sample()
  const first = await pull(name)
  const { loopWorstMs } = await service.sample()
  printFigure(
    `${name}, the first pull, to the last byte (gzip)`,
    `${first.ms.toFixed(0)} ms, ${count(first.bytes)} bytes`,
  )
  printFigure('  longest delay of the event loop meanwhile', `${loopWorstMs.toFixed(0)} ms`, {
    isMet: loopWorstMs < LOOP_BAR_MS,
    text: `below ${LOOP_BAR_MS}`,
  })
  const again = await pull(name)
  const same = await pull(name, { 'if-none-match': first.etag })
  const plain = await pull(name, { 'accept-encoding': 'identity' })
  printFigure(
    '  again; not compressed; 304',
    `${again.ms.toFixed(1)} ms; ${plain.ms.toFixed(0)} ms; ${same.ms.toFixed(1)} ms`,
  )
}

async function measureLoad(): Promise<void> {
  const tags = new Map<number, string>()
  for (let device = 0; device < DEVICES; device++) await pullAs(device, tags, 0)
  const before = await service.sample()
  const writing = load.run({
    kind: 'reports',
    addresses: ADDRESSES_PER_REPORT,
    perSecond: ADDRESSES_PER_SECOND / ADDRESSES_PER_REPORT,
    senders: 8,
    seconds,
    firstNew: entries,
    ttlSeconds: 86_400,
  })
  const pulls: Promise<Pull>[] = []
  const startMs = performance.now()
  for (let number = 0; number < seconds * PULLS_PER_SECOND; number++) {
    const dueMs = startMs + (1000 * number) / PULLS_PER_SECOND
    if (dueMs > performance.now()) await wait(dueMs - performance.now())
    pulls.push(pullAs(number % DEVICES, tags, dueMs))
  }
  const done = await Promise.all(pulls)
  const written = await writing
  const after = await service.sample()
  const sorted = done.map(({ ms }) => ms).toSorted((left, right) => left - right)
  const p99 = sorted[Math.floor(0.99 * sorted.length)] ?? 0
  const unchanged = done.filter(({ status }) => status === 304).length
  printFigure(
    `${count(done.length)} pulls while ${count(ADDRESSES_PER_REPORT * written.perSecond)} addresses/s come in`,
    `p50 ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)} ms, p99 ${p99.toFixed(0)} ms, ${Math.round((100 * unchanged) / done.length)} % of them 304, ${errorsText(written)}`,
    { isMet: p99 < PULL_BAR_MS, text: `p99 below ${PULL_BAR_MS}` },
  )
  printFigure(
    '  memory before and after; delays of the event loop',
    `${count(before.rssBytes / 1e6)} and ${count(after.rssBytes / 1e6)} MB; p99 ${after.loopP99Ms.toFixed(0)} ms`,
  )
}

interface Pull {
  readonly ms: number
  readonly bytes: number
  readonly status: number
  readonly etag: string
}

async function pullAs(device: number, tags: Map<number, string>, dueMs: number): Promise<Pull> {
  const tag = tags.get(device)
  const name = PULLED[device % PULLED.length] ?? ''
  const key = device < OF_CHANGING ? adminKey : otherKey
  const done = await pull(name, tag === undefined ? {} : { 'if-none-match': tag }, key)
  tags.set(device, done.etag)
  return { ...done, ms: performance.now() - dueMs }
}

async function pull(name: string, headers: Record<string, string> = {}, key = adminKey): Promise<Pull> {
  const startMs = performance.now()
  const answer = await agent.request({
    origin: service.url,
    method: 'GET',
    path: `${FEEDS_PATH}/${key}/${name}`,
    headers: { 'accept-encoding': 'gzip', ...headers },
  })
  const { length } = await answer.body.bytes()
  const { statusCode: status } = answer
  if (status !== 200 && status !== 304) throw new Error(`answered ${status}`)
  return { ms: performance.now() - startMs, bytes: length, status, etag: String(answer.headers['etag']) }
}
