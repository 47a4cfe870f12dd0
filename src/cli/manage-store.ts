import { existsSync } from 'node:fs'
import { HoneyjamError, lockDirectory, silentLogger } from '../runtime/index.ts'
import {
  type ArchiveCounts,
  type ArchiveSource,
  type ArchiveTarget,
  readArchive,
  writeArchive,
} from '../store/archive/index.ts'
import type { Context } from './context.ts'
import { formatCount } from './format-count.ts'
import { describeStore, findStoreUrl, openStore, type StoreOptions } from './open-store.ts'

/** Which store a command works on. */
export interface StoreRequest extends StoreOptions {
  readonly data: string
}

const PROGRESS_EVERY_MS = 1000

/** Writes everything a store holds into a file. A store in a directory must not be in use; a database may. */
export async function exportStore(path: string, request: StoreRequest, context: Context): Promise<void> {
  if (existsSync(path)) throw new HoneyjamError('USAGE', `${path} is there already`)
  // before the lock, which makes the directory
  if (!isInDatabase(request)) (await import('../store/sqlite/index.ts')).checkSqliteStore(request.data)
  await withStore(request, context, async ({ directory, url }) => {
    const source = await openSource(directory, url)
    try {
      report('exported', path, await writeArchive(path, source, progressOf('exported', context)), context)
    } finally {
      await source.close()
    }
  })
}

/** Fills an empty store from such a file. */
export async function importStore(path: string, request: StoreRequest, context: Context): Promise<void> {
  if (!existsSync(path)) throw new HoneyjamError('USAGE', `there is no file ${path}`)
  await withStore(request, context, async ({ directory, url }) => {
    const target = await openTarget(directory, url)
    try {
      report('imported', path, await readArchive(path, target, progressOf('imported', context)), context)
    } finally {
      await target.close()
    }
  })
}

/** Brings the tables up to date, as every start does. */
export async function migrateStore(request: StoreRequest, context: Context): Promise<void> {
  await withStore(request, context, async ({ directory, url }) => {
    if (url === undefined)
      await (await openStore({ directory, storeUrl: undefined }, { logger: silentLogger })).close()
    else {
      const { migratePostgres } = await import('../store/postgres/index.ts')
      await migratePostgres(url)
    }
    const where = (await describeStore(url)) ?? directory
    if (context.output.json) context.output.printJson({ store: where, migrated: true })
    else context.output.print(`${where} is up to date.`)
  })
}

/** Copies the files of a data directory; the service may be running. */
export async function backupStore(target: string, data: string, { output }: Context): Promise<void> {
  const { backupSqlite } = await import('../store/sqlite/index.ts')
  await backupSqlite(data, target)
  if (output.json) output.printJson({ data, backup: target })
  else
    output.print(
      `${data} is backed up in ${target}. To restore it, start honeyjam with --data on a copy of that directory.`,
    )
}

function isInDatabase({ store, storeFile }: StoreOptions): boolean {
  return store !== undefined || storeFile !== undefined
}

async function withStore(
  request: StoreRequest,
  context: Context,
  use: (place: { readonly directory: string; readonly url: string | undefined }) => Promise<void>,
): Promise<void> {
  const url = await findStoreUrl(request, context)
  if (url !== undefined) return await use({ directory: request.data, url })
  const lock = await lockDirectory(request.data)
  try {
    await use({ directory: request.data, url })
  } finally {
    await lock.close()
  }
}

async function openSource(directory: string, url: string | undefined): Promise<ArchiveSource> {
  if (url !== undefined) return await (await import('../store/postgres/index.ts')).openPostgresSource(url)
  return (await import('../store/sqlite/index.ts')).openSqliteSource(directory)
}

async function openTarget(directory: string, url: string | undefined): Promise<ArchiveTarget> {
  if (url !== undefined) return await (await import('../store/postgres/index.ts')).openPostgresTarget(url)
  return (await import('../store/sqlite/index.ts')).openSqliteTarget(directory)
}

/** A line a second where people watch. */
function progressOf(verb: string, { output }: Context): (counts: ArchiveCounts) => void {
  let nextMs = performance.now() + PROGRESS_EVERY_MS
  return (counts) => {
    if (!output.isErrorTerminal || performance.now() < nextMs) return
    nextMs = performance.now() + PROGRESS_EVERY_MS
    output.note(`${verb}: ${formatCount(totalOf(counts))} rows ...`)
  }
}

function report(verb: string, path: string, counts: ArchiveCounts, { output }: Context): void {
  if (output.json) output.printJson({ file: path, [verb]: counts })
  else {
    const parts = Object.entries(counts).flatMap(([table, rows]) =>
      rows === 0 ? [] : [`${table} ${formatCount(rows)}`],
    )
    output.print(`${formatCount(totalOf(counts))} rows ${verb} (${parts.join(', ')}): ${path}`)
  }
}

function totalOf(counts: ArchiveCounts): number {
  return Object.values(counts).reduce((sum, rows) => sum + rows, 0)
}
