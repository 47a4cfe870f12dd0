import { resolve } from 'node:path'
import { configInvalid } from './config-fault.ts'
import { readConfigFile } from './config-file.ts'
import type { Environment } from './environment.ts'
import { type LogCandidate, rankLogs } from './find-log.ts'
import { type ConfigValue, type Inspected, LayeredOptions } from './layered-options.ts'
import {
  type CowriePlaces,
  type LocatedCowrie,
  locateCowrie,
  placeExplicitFiles,
  usualCowrieRoots,
} from './locate-cowrie.ts'
import { parsePythonBoolean, parsePythonInteger } from './python-text.ts'

/** Where Cowrie's configuration is looked for. */
export interface LoadOptions {
  /** Files to layer, later ones win; relative ones belong to the working directory. Without any the usual places are searched. */
  readonly files?: readonly string[] | undefined
  readonly workingDirectory: string
  readonly environment: Environment
  /** Directories a Cowrie may be installed in. */
  readonly usualRoots?: readonly string[]
  /** Default `/etc/cowrie/cowrie.cfg`. */
  readonly systemFile?: string
}

/** A value turned into what it stands for, and where it stands. */
export interface Typed<T> {
  readonly value: T
  readonly origin: string
}

/**
 * Reads Cowrie's configuration as Cowrie does: layers, interpolation and environment. Reads files once, at the call.
 * No file at all is no error: Cowrie's defaults and the environment still count.
 * @throws HoneyjamError CONFIG_UNREADABLE when a named or found file cannot be read;
 * CONFIG_INVALID with all syntax faults of all files
 */
export function loadCowrieConfig(options: LoadOptions): CowrieConfig {
  const places: CowriePlaces = {
    workingDirectory: resolve(options.workingDirectory),
    usualRoots: options.usualRoots ?? usualCowrieRoots(options.environment),
    systemFile: options.systemFile ?? '/etc/cowrie/cowrie.cfg',
  }
  const named = options.files ?? []
  const located = named.length > 0 ? placeExplicitFiles(named, places) : locateCowrie(places)
  const files = located.files.map((path) => readConfigFile(path))
  const faults = files.flatMap((file) => file.faults)
  if (faults.length > 0) throw configInvalid(faults)
  return new CowrieConfig(places, located, new LayeredOptions(files, options.environment))
}

/** Cowrie's configuration; {@link loadCowrieConfig} makes one. */
export class CowrieConfig {
  /** The files that were read, absolute, in order: later ones win. */
  readonly files: readonly string[]
  /** Cowrie's directory, to which its relative paths belong; `undefined` when none is known. */
  readonly root: string | undefined
  /** Paths that could not be looked at while searching, for want of permission. */
  readonly blockedPaths: readonly string[]
  readonly #places: CowriePlaces
  readonly #options: LayeredOptions

  constructor(places: CowriePlaces, located: LocatedCowrie, options: LayeredOptions) {
    this.files = located.files
    this.root = located.root
    this.blockedPaths = located.blockedPaths
    this.#places = places
    this.#options = options
  }

  /** @throws HoneyjamError CONFIG_INVALID when the value refers to something that is not there */
  get(section: string, option: string): ConfigValue | undefined {
    const found = this.#options.inspect(section, option)
    if (found === undefined) return undefined
    if (found.problem === undefined) return { value: found.text, origin: found.origin }
    const detail = found.detail === undefined ? '' : `: ${found.detail}`
    throw configInvalid([
      { origin: found.origin, message: `${option} in [${section}]: ${found.problem}${detail}` },
    ])
  }

  /** As {@link CowrieConfig.get}, but what is wrong is a value too, so that all faults can be shown at once. */
  inspect(section: string, option: string): Inspected | undefined {
    return this.#options.inspect(section, option)
  }

  /** `1 yes true on` or `0 no false off`, in any case. @throws HoneyjamError CONFIG_INVALID for anything else */
  getBoolean(section: string, option: string): Typed<boolean> | undefined {
    return this.#typed(section, option, { parse: parsePythonBoolean, expected: 'true or false' })
  }

  /** As Python's `int()`. @throws HoneyjamError CONFIG_INVALID for anything else */
  getInteger(section: string, option: string): Typed<number> | undefined {
    return this.#typed(section, option, { parse: parsePythonInteger, expected: 'a whole number' })
  }

  /** Names (lower case) and origins of what stands in the section itself, `[DEFAULT]` left out, and in the environment for it. */
  optionsOf(section: string): ReadonlyMap<string, string> {
    return this.#options.optionsOf(section)
  }

  /** Makes a path of the configuration absolute, as seen from Cowrie's directory. */
  resolvePath(path: string): string {
    return resolve(this.root ?? this.#places.workingDirectory, path)
  }

  /**
   * Where Cowrie's JSON log may be: the configured path and the usual places, those that are there first.
   * @throws HoneyjamError CONFIG_INVALID when the configured path refers to something that is not there
   */
  findLog(): readonly LogCandidate[] {
    const logfile = this.get('output_jsonlog', 'logfile')
    const configured = {
      path: this.resolvePath(logfile?.value ?? 'cowrie.json'),
      reason: `logfile in [output_jsonlog], ${logfile?.origin ?? "Cowrie's default"}`,
    }
    const roots = [this.#places.workingDirectory, ...this.#places.usualRoots]
    return rankLogs(configured, this.root === undefined ? roots : [this.root, ...roots])
  }

  #typed<T>(section: string, option: string, type: ValueType<T>): Typed<T> | undefined {
    const found = this.get(section, option)
    if (found === undefined) return undefined
    const value = type.parse(found.value)
    if (value !== undefined) return { value, origin: found.origin }
    const message = `${option} in [${section}] is ${JSON.stringify(found.value)}, expected ${type.expected}`
    throw configInvalid([{ origin: found.origin, message }])
  }
}

interface ValueType<T> {
  readonly parse: (text: string) => T | undefined
  readonly expected: string
}
