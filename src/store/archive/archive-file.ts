import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { HoneyjamError } from '../../runtime/index.ts'
import {
  ARCHIVE_TABLES,
  type ArchiveHead,
  type ArchiveRow,
  type ArchiveSource,
  type ArchiveTable,
  type ArchiveTarget,
  type ArchiveValue,
} from './tables.ts'

const FORM = 'honeyjam archive 1'

/** How many rows of which table have moved. */
export type ArchiveCounts = Readonly<Record<string, number>>
export type OnProgress = (counts: ArchiveCounts) => void

interface Batch {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (number | string | null)[])[]
}

/**
 * Writes everything a store holds into a file: gzip, JSON lines, the last of which holds the SHA-256 of those before it. The
 * file (mode 0600, it holds hashes of keys and the addresses of agents) is there once it is whole.
 * @throws HoneyjamError what reading the store throws; DIRECTORY_UNUSABLE the file cannot be written
 */
export async function writeArchive(
  path: string,
  source: ArchiveSource,
  onProgress: OnProgress,
): Promise<ArchiveCounts> {
  const counts: Record<string, number> = {}
  const partial = `${path}.partial`
  async function* lines(): AsyncIterable<string> {
    const hash = createHash('sha256')
    const line = (value: unknown) => {
      const text = `${JSON.stringify(value)}\n`
      hash.update(text)
      return text
    }
    yield line({ form: FORM, head: await source.head() })
    for (const table of ARCHIVE_TABLES) {
      counts[table.name] = 0
      for await (const rows of source.rows(table)) {
        yield line(toBatch(table, rows))
        counts[table.name] = (counts[table.name] ?? 0) + rows.length
        onProgress(counts)
      }
    }
    yield `${JSON.stringify({ counts, sha256: hash.digest('hex') })}\n`
  }
  try {
    await pipeline(
      Readable.from(lines()),
      createGzip(),
      createWriteStream(partial, { mode: 0o600, flush: true }),
    )
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw isOfFile(error)
      ? new HoneyjamError('DIRECTORY_UNUSABLE', `${path} cannot be written: ${error.message}`, {
          cause: error,
        })
      : error
  }
  return counts
}

/** Whether the system did not let a file be read or written. */
function isOfFile(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

/**
 * Fills a store from such a file; when anything is wrong with it, the store stays empty.
 * @throws HoneyjamError ARCHIVE_INVALID the file is damaged, cut off or of another form; USAGE the store is not empty
 */
export async function readArchive(
  path: string,
  target: ArchiveTarget,
  onProgress: OnProgress,
): Promise<ArchiveCounts> {
  const occupied = await target.findOccupied()
  if (occupied !== undefined) {
    throw new HoneyjamError(
      'USAGE',
      `the store is not empty, its table ${occupied} holds rows: import into a new one`,
    )
  }
  const counts: Record<string, number> = {}
  const hash = createHash('sha256')
  let head: ArchiveHead | undefined
  let end: { readonly counts?: ArchiveCounts; readonly sha256?: string } | undefined
  for await (const text of decoded(path, openUnzipped(path))) {
    if (end !== undefined) throw invalid(path, 'something follows its end')
    const value = parse(path, text)
    if ('sha256' in value) {
      end = value
      continue
    }
    hash.update(`${text}\n`)
    if (head === undefined) head = headOf(path, value)
    else {
      const { table, rows } = fromBatch(path, value as unknown as Batch)
      await target.write(table, rows)
      counts[table.name] = (counts[table.name] ?? 0) + rows.length
      onProgress(counts)
    }
  }
  if (head === undefined || end === undefined) throw invalid(path, 'it is cut off')
  if (end.sha256 !== hash.digest('hex')) throw invalid(path, 'its checksum is wrong')
  await target.commit(head)
  return end.counts ?? counts
}

/** What goes wrong with the file goes wrong with the stream: `pipe` alone would end the process. */
function openUnzipped(path: string): NodeJS.ReadableStream {
  const unzipped = createGunzip()
  createReadStream(path)
    .on('error', (error) => unzipped.destroy(error))
    .pipe(unzipped)
  return unzipped
}

/** Reading stops with the first thing that is wrong, as our own error. */
async function* decoded(path: string, input: NodeJS.ReadableStream): AsyncIterable<string> {
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  } catch (cause) {
    throw invalid(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function parse(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (cause) {
    throw invalid(path, 'a line is not JSON', cause)
  }
  throw invalid(path, 'a line is no object')
}

function headOf(path: string, { form, head }: Record<string, unknown>): ArchiveHead {
  if (form !== FORM)
    throw invalid(path, `its form is ${JSON.stringify(form)}, this honeyjam knows ${JSON.stringify(FORM)}`)
  return head as ArchiveHead
}

function toBatch({ name, columns }: ArchiveTable, rows: readonly ArchiveRow[]): Batch {
  return { table: name, columns: Object.keys(columns), rows: rows.map((row) => row.map(writeValue)) }
}

function writeValue(value: ArchiveValue): number | string | null {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value
}

function fromBatch(path: string, batch: Batch): { table: ArchiveTable; rows: readonly ArchiveRow[] } {
  const table = ARCHIVE_TABLES.find(({ name }) => name === batch.table)
  if (table === undefined || batch.columns.join() !== Object.keys(table.columns).join())
    throw invalid(path, `it holds a table ${JSON.stringify(batch.table)} that this honeyjam does not know`)
  const kinds = Object.values(table.columns)
  const rows = batch.rows.map((row) =>
    row.map((value, index) =>
      kinds[index] === 'bytes' && typeof value === 'string' ? Buffer.from(value, 'base64') : value,
    ),
  )
  return { table, rows }
}

function invalid(path: string, why: string, cause?: unknown): HoneyjamError {
  return new HoneyjamError('ARCHIVE_INVALID', `${path} cannot be imported: ${why}. Nothing was imported`, {
    cause,
    fields: { path },
  })
}
