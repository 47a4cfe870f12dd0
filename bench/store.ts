/**
 * Measures the SQLite store by itself: node bench/store.ts [DIRECTORY]
 * Prints one JSON object. The directory (default: a throw-away one) decides which disk is measured.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, type EntryRows, NO_LIST_CHANGES } from '../src/denylist/index.ts'
import { silentLogger } from '../src/runtime/index.ts'
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite/index.ts'

const RECORD_BYTES = 16_000
const RECORDS = 10_000
const IN_FLIGHT = 16
const CHECKPOINT_ROWS = 32_000
const ROWS = 1_000_000
const NOW_MS = Date.UTC(2026, 0, 1)

const parent = process.argv[2] ?? tmpdir()
const directory = mkdtempSync(join(parent, 'honeyjam-bench-'))
let store = await openSqliteStore(directory, { logger: silentLogger })
try {
  const journal = await measureJournal()
  const trim = await measureTrim(journal.lastPosition)
  const intoEmpty = await measureCheckpoints(ROWS, freshAddress)
  const known = intoEmpty.addresses
  const intoMillion = await measureCheckpoints(8 * CHECKPOINT_ROWS, (index) =>
    index % 2 === 0 ? freshAddress() : (known[random() % known.length] ?? 0),
  )
  const besides = await measureAppendsBesideCheckpoints()
  await store.close()
  const reopenMs = await timed(async () => {
    store = await openSqliteStore(directory, { logger: silentLogger })
  })
  const load = await measureLoad(store)
  print({
    node: process.version,
    journal: { recordBytes: RECORD_BYTES, inFlight: IN_FLIGHT, ...journal.figures },
    trim,
    checkpointsIntoEmpty: intoEmpty.figures,
    checkpointsIntoMillion: intoMillion.figures,
    appendsBesideCheckpoints: besides,
    reopenMs: Math.round(reopenMs),
    load,
    tablesFileMb: Math.round(statSync(join(directory, 'honeyjam.db')).size / 1e6),
    rssMb: Math.round(process.memoryUsage.rss() / 1e6),
  })
} finally {
  await store.close()
  rmSync(directory, { recursive: true })
}

async function measureJournal() {
  const { seconds, latenciesMs, lastPosition } = await append(RECORDS)
  return {
    lastPosition,
    figures: { appendsPerSecond: Math.round(RECORDS / seconds), ...quantiles(latenciesMs) },
  }
}

/** Appends so many records, a fixed number of them at a time. */
async function append(records: number) {
  const body = new Uint8Array(RECORD_BYTES).fill(7)
  const latenciesMs: number[] = []
  let left = records
  let lastPosition = 0
  const appendInTurn = async () => {
    while (left-- > 0) {
      latenciesMs.push(
        await timed(async () => {
          lastPosition = Math.max(lastPosition, await store.queue.append(body))
        }),
      )
    }
  }
  const totalMs = await timed(() => Promise.all(Array.from({ length: IN_FLIGHT }, appendInTurn)))
  return { seconds: totalMs / 1000, latenciesMs, lastPosition }
}

/** Trims everything while appends go on. */
async function measureTrim(position: number) {
  const trimming = timed(() => store.queue.trim(position))
  const { latenciesMs } = await append(1000)
  const trimMs = await trimming
  return { recordsPerSecond: Math.round((RECORDS / trimMs) * 1000), appendBeside: quantiles(latenciesMs) }
}

async function measureCheckpoints(rows: number, addressOf: (index: number) => number) {
  const latenciesMs: number[] = []
  const written: number[] = []
  for (let done = 0; done < rows; done += CHECKPOINT_ROWS) {
    const addresses = Array.from({ length: CHECKPOINT_ROWS }, (_, index) => addressOf(index))
    written.push(...addresses.slice(0, 1000))
    const checkpoint = checkpointOf(addresses, done)
    latenciesMs.push(await timed(() => store.denylist.writeCheckpoint(checkpoint)))
  }
  const totalMs = latenciesMs.reduce((sum, ms) => sum + ms, 0)
  const rowCount = latenciesMs.length * CHECKPOINT_ROWS
  return {
    addresses: written,
    figures: { rowsPerSecond: Math.round((rowCount / totalMs) * 1000), ...quantiles(latenciesMs) },
  }
}

/** What a merge at full rate does to acknowledgements: they should not notice. */
async function measureAppendsBesideCheckpoints() {
  const appends = append(RECORDS)
  const { figures } = await measureCheckpoints(4 * CHECKPOINT_ROWS, freshAddress)
  const { seconds, latenciesMs } = await appends
  return {
    appendsPerSecond: Math.round(RECORDS / seconds),
    ...quantiles(latenciesMs),
    checkpointRowsPerSecond: figures.rowsPerSecond,
  }
}

async function measureLoad(opened: SqliteStore) {
  let rows = 0
  const ms = await timed(() =>
    opened.denylist.loadEntries(0, (batch) => {
      rows += batch.count
    }),
  )
  return { rows, seconds: Number((ms / 1000).toFixed(2)), rowsPerSecond: Math.round((rows / ms) * 1000) }
}

function checkpointOf(addresses: readonly number[], seed: number): Checkpoint {
  const count = addresses.length
  const entries: EntryRows = {
    count,
    accountIds: new Uint32Array(count).fill(1),
    addresses: Uint32Array.from(addresses.flatMap((address) => [0, 0, 0xffff, address])),
    lastReportMs: new Float64Array(count).fill(NOW_MS + seed),
    expiresAtMs: new Float64Array(count).fill(NOW_MS + seed + 86_400_000),
    totalReports: new Uint32Array(count).fill(1),
    appliedPositions: new Float64Array(count).fill(seed + 1),
    labelIndexes: new Uint32Array(count),
    labels: [{ dataset: 'ABUSE', tags: ['COWRIE', 'LOGIN', 'SESSION'] }],
  }
  return {
    entries,
    allowed: [],
    disallowed: [],
    lists: NO_LIST_CHANGES,
    receipts: [],
    coveredPosition: seed + 1,
  }
}

function freshAddress(): number {
  return random()
}

function random(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await run()
  return performance.now() - startMs
}

function quantiles(latenciesMs: readonly number[]) {
  const sorted = latenciesMs.toSorted((left, right) => left - right)
  const at = (share: number) => Number((sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1))
  return { p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) }
}

function print(figures: unknown): void {
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`)
}
