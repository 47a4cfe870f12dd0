/**
 * What reading decisions takes: npm run bench:decisions [-- --entries 1000000] [--seconds 10]
 * Service, load and reader are processes of their own. Each figure comes with its bar.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { Client } from 'undici'
import { MANAGEMENT_PATHS } from '../src/contract/terms/index.ts'
import { sqliteBenchStore } from './service/bench-store.ts'
import { count, printFigure, printHead } from './service/print.ts'
import { runService, startLoad } from './service/run-service.ts'

const FIRST_BAR_MS = 1000
const AGAIN_BAR_MS = 5
const ENTRY_BAR_BYTES = 64
const DELTA_BAR_MS = 20
const DELTA_PAUSE_MS = 50

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '10' },
  },
})
const entries = Number(values.entries)
const directory = mkdtempSync(join(tmpdir(), 'honeyjam-bench-'))
const store = sqliteBenchStore(directory)
await store.fill(entries)
const service = await runService({ directory, store })
const client = new Client(service.url)
const key = readFileSync(service.keyFile, 'utf8').trim()
const load = startLoad(service)
try {
  printHead(
    `${count(entries)} decisions, ${cpus().length} cores, load average at the start ${loadavg()[0]?.toFixed(2)}`,
  )
  await measureSnapshot()
  await measureDeltas()
} finally {
  await client.close()
  await load.stop()
  await service.stop()
  rmSync(directory, { recursive: true })
}

async function measureSnapshot(): Promise<void> {
  const before = await service.sample()
  const first = await read(MANAGEMENT_PATHS.decisions)
  const after = await service.sample()
  printFigure(
    'first snapshot, to the last byte (gzip)',
    `${first.ms.toFixed(0)} ms, ${count(first.bytes)} bytes`,
    {
      isMet: first.ms < FIRST_BAR_MS,
      text: `below ${FIRST_BAR_MS}`,
    },
  )
  const held = after.heapBytes + after.arrayBufferBytes - before.heapBytes - before.arrayBufferBytes
  printFigure('memory that stays for it, bytes an entry', (held / entries).toFixed(1), {
    isMet: held / entries < ENTRY_BAR_BYTES,
    text: `below ${ENTRY_BAR_BYTES}`,
  })
  const same = await median(() => read(MANAGEMENT_PATHS.decisions, { 'if-none-match': first.etag }))
  printFigure('again, 304', `${same.toFixed(1)} ms`, {
    isMet: same < AGAIN_BAR_MS,
    text: `below ${AGAIN_BAR_MS}`,
  })
  const again = await median(() => read(MANAGEMENT_PATHS.decisions))
  printFigure('again, prepared, to the last byte', `${again.toFixed(1)} ms`)
  const plain = await read(MANAGEMENT_PATHS.decisions, { 'accept-encoding': 'identity' })
  printFigure(
    'again, not compressed, to the last byte',
    `${plain.ms.toFixed(0)} ms, ${count(plain.bytes)} bytes`,
  )
}

async function measureDeltas(): Promise<void> {
  const seconds = Number(values.seconds)
  let revision = endOf(await read(MANAGEMENT_PATHS.decisions)).revision
  const state = { isWriting: true }
  const writing = load
    .run({ kind: 'reports', addresses: 1000, senders: 4, seconds, firstNew: entries, ttlSeconds: 86_400 })
    .finally(() => {
      state.isWriting = false
    })
  const times: number[] = []
  let lines = 0
  while (state.isWriting) {
    const answer = await read(`${MANAGEMENT_PATHS.decisions}?since=${revision}`)
    const end = endOf(answer)
    revision = end.revision
    lines += end.lines
    times.push(answer.ms)
    await new Promise((resolve) => {
      setTimeout(resolve, DELTA_PAUSE_MS)
    })
  }
  const written = await writing
  const sorted = times.toSorted((left, right) => left - right)
  const p99 = sorted[Math.floor(0.99 * times.length)] ?? 0
  printFigure(
    `${count(times.length)} deltas while ${count(1000 * written.perSecond)} addresses/s come in`,
    `p50 ${(sorted[sorted.length >> 1] ?? 0).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${count(lines / times.length)} lines each`,
    { isMet: p99 < DELTA_BAR_MS, text: `p99 below ${DELTA_BAR_MS}` },
  )
}

interface Read {
  readonly ms: number
  readonly bytes: number
  readonly etag: string
  readonly body: Buffer
  readonly isCoded: boolean
}

async function read(path: string, headers: Record<string, string> = {}): Promise<Read> {
  const startMs = performance.now()
  const answer = await client.request({
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${key}`, 'accept-encoding': 'gzip', ...headers },
  })
  const body = Buffer.from(await answer.body.arrayBuffer())
  const ms = performance.now() - startMs
  if (answer.statusCode !== 200 && answer.statusCode !== 304) throw new Error(`answered ${answer.statusCode}`)
  const isCoded = answer.headers['content-encoding'] === 'gzip'
  return { ms, bytes: body.length, etag: String(answer.headers['etag']), body, isCoded }
}

function endOf({ body, isCoded }: Read): { revision: string; lines: number } {
  const lines = (isCoded ? gunzipSync(body) : body).toString().trimEnd().split('\n')
  return JSON.parse(lines.at(-1) ?? '') as { revision: string; lines: number }
}

async function median(measure: () => Promise<Read>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) times.push((await measure()).ms)
  return times.toSorted((left, right) => left - right)[2] ?? 0
}
