import { statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Environment } from './environment.ts'

/** Where to look for a Cowrie. */
export interface CowriePlaces {
  readonly workingDirectory: string
  /** Directories a Cowrie may be installed in; the first that holds one counts. */
  readonly usualRoots: readonly string[]
  /** The file of a system-wide installation, usually `/etc/cowrie/cowrie.cfg`. */
  readonly systemFile: string
}

/** What was found: nothing has been read yet. */
export interface LocatedCowrie {
  /** Cowrie's directory, to which its relative paths belong; `undefined` when none is known. */
  readonly root: string | undefined
  /** Absolute paths, later ones win. */
  readonly files: readonly string[]
  /** Paths nobody could look at for want of permission: a Cowrie may be hidden behind them. */
  readonly blockedPaths: readonly string[]
}

/** Below a root, in Cowrie's order: those before and those after the system-wide file. */
const DEFAULT_FILES = [
  // a source tree since 2026 keeps its defaults inside the package, older ones in etc
  'src/cowrie/data/etc/cowrie.cfg.dist',
  'etc/cowrie.cfg.dist',
]
const OWN_FILES = ['etc/cowrie.cfg', 'cowrie.cfg']
const LOG_DIRECTORY = 'var/log/cowrie'

/** Files in these directories say nothing about where Cowrie lives. */
const SYSTEM_DIRECTORIES = ['/etc', '/etc/cowrie']

/** The default for {@link CowriePlaces.usualRoots}: documentation, container image, service unit, T-Pot. */
export function usualCowrieRoots(environment: Environment): string[] {
  const home = environment['HOME']
  return [
    '/home/cowrie/cowrie',
    '/home/cowrie/my-honeypot',
    '/opt/cowrie',
    '/srv/cowrie',
    '/cowrie/cowrie-git',
    '/data/cowrie',
    ...(home === undefined || home === '' ? [] : [join(home, 'cowrie'), join(home, 'tpotce/data/cowrie')]),
  ]
}

/** Finds the files a Cowrie would read: those of the first root that has one, and the system-wide file. */
export function locateCowrie(places: CowriePlaces): LocatedCowrie {
  const search = new Search()
  const roots = [places.workingDirectory, ...places.usualRoots]
  const root = roots.find((path) => search.anyIn(path, [...OWN_FILES, ...DEFAULT_FILES]))
  const system = search.has(places.systemFile) ? [places.systemFile] : []
  const files =
    root === undefined
      ? system
      : [...search.allIn(root, DEFAULT_FILES), ...system, ...search.allIn(root, OWN_FILES)]
  return {
    root: root ?? roots.find((path) => search.has(join(path, LOG_DIRECTORY))),
    files,
    blockedPaths: search.blockedPaths,
  }
}

/** Takes the files as they were named, without looking whether they are there. */
export function placeExplicitFiles(named: readonly string[], places: CowriePlaces): LocatedCowrie {
  const files = named.map((file) => resolve(places.workingDirectory, file))
  const root = rootOf(files)
  return root === undefined ? { ...locateCowrie(places), files } : { root, files, blockedPaths: [] }
}

/** The last `cowrie.cfg` tells it; a file of another name, such as one for honeyjam alone, only when there is none. */
function rootOf(files: readonly string[]): string | undefined {
  const local = files.filter((file) => !SYSTEM_DIRECTORIES.includes(dirname(file)))
  const file = local.findLast((path) => basename(path).startsWith('cowrie.cfg')) ?? local.at(-1)
  if (file === undefined) return undefined
  const directory = dirname(file)
  return basename(directory) === 'etc' ? dirname(directory) : directory
}

class Search {
  readonly #blocked = new Set<string>()

  get blockedPaths(): string[] {
    return [...this.#blocked]
  }

  has(path: string): boolean {
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EACCES') this.#blocked.add(path)
      return false
    }
  }

  anyIn(root: string, names: readonly string[]): boolean {
    return names.some((name) => this.has(join(root, name)))
  }

  allIn(root: string, names: readonly string[]): string[] {
    return names.map((name) => join(root, name)).filter((path) => this.has(path))
  }
}
