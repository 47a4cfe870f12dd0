import type { Stats } from 'node:fs'
import { readdir, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { parseRotation, type Rotation } from './rotation-name.ts'
import { isAbsence, systemErrorCode } from './unreadable.ts'

/** A file whose name starts with that of the log. */
export interface ListedFile {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly bytes: number
  readonly modifiedMs: number
  /** Whether it is the one that Cowrie writes to. */
  readonly isCurrent: boolean
  /** `undefined` of the current file and of those that no rotation names so. */
  readonly rotation: Rotation | undefined
}

/** A listing is repeated until two agree, at most so often: a rotation may rename while names are read. */
const MAX_ATTEMPTS = 5

/**
 * Lists the log and the files beside it whose names start with its name.
 * Where the directory may not be listed, the log itself is still found.
 * @throws Error of the file system; a missing file or directory is none
 */
export async function listLogFiles(logPath: string): Promise<ListedFile[]> {
  const realLogPath = await resolveLinks(logPath)
  let files = await listOnce(realLogPath)
  for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
    const again = await listOnce(realLogPath)
    if (describe(again) === describe(files)) return again
    files = again
  }
  return files
}

async function listOnce(logPath: string): Promise<ListedFile[]> {
  const paths = await namesStartingWith(logPath)
  const found = await Promise.all(paths.map((path) => listedFile(path, logPath)))
  return found.filter((file) => file !== undefined)
}

async function namesStartingWith(logPath: string): Promise<string[]> {
  try {
    const names = await readdir(dirname(logPath))
    const wanted = names.filter((name) => name.startsWith(basename(logPath)))
    return wanted.toSorted().map((name) => join(dirname(logPath), name))
  } catch (error) {
    if (isAbsence(error)) return []
    if (systemErrorCode(error) === 'EACCES') return [logPath]
    throw error
  }
}

async function listedFile(path: string, logPath: string): Promise<ListedFile | undefined> {
  const stats = await (path === logPath ? statIfPresent(path) : statIfPossible(path))
  if (stats?.isFile() !== true) return undefined
  return {
    path,
    device: stats.dev,
    inode: stats.ino,
    bytes: stats.size,
    modifiedMs: stats.mtimeMs,
    isCurrent: path === logPath,
    rotation: parseRotation(path.slice(logPath.length)),
  }
}

/** @returns `undefined` when there is no such file @throws Error of the file system for any other reason */
export async function statIfPresent(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  }
}

/** What lies beside a log and cannot be looked at, such as a link that leads nowhere, is no reason not to read the log. */
async function statIfPossible(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
    return undefined
  }
}

/** Rotated files lie beside the file itself, not beside a link to it; while it is being renamed the link leads nowhere. */
async function resolveLinks(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') return path
  }
  try {
    return resolve(dirname(path), await readlink(path))
  } catch (error) {
    // not a link: there is no such file yet
    if (systemErrorCode(error) === undefined) throw error
    return resolve(path)
  }
}

function describe(files: readonly ListedFile[]): string {
  return files.map((file) => `${file.path}\0${file.device}:${file.inode}`).join('\0')
}
