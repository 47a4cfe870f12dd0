import type { ConfigFile } from './config-file.ts'
import type { Environment } from './environment.ts'
import { type Interpolated, interpolate, type References } from './interpolate.ts'
import { DEFAULT_SECTION } from './parse-config-text.ts'

/** A value and where it stands. */
export interface ConfigValue {
  readonly value: string
  /** `FILE:LINE`, `environment variable NAME`, `Cowrie's default`, or a command line option. */
  readonly origin: string
}

/** What an option came to: its value, or why it has none. `problem` never quotes the value, `detail` may. */
export type Inspected = Interpolated & { readonly origin: string; readonly source: ValueSource }

/** Who says so; `default`: Cowrie, in its `cowrie.cfg.dist` or because every one of those says it. */
export type ValueSource = 'default' | 'file' | 'environment'

interface PlacedValue extends ConfigValue {
  readonly source: ValueSource
}

/** Stands below all files, as the `cowrie.cfg.dist` of every Cowrie does; only what honeyjam asks for. */
const COWRIE_DEFAULTS: Layer = new Map([
  ['honeypot', new Map([option('log_path', 'var/log/cowrie'), option('state_path', 'var/lib/cowrie')])],
  [
    'output_jsonlog',
    new Map([option('enabled', 'true'), option('logfile', '${honeypot:log_path}/cowrie.json')]),
  ],
])

type Layer = ReadonlyMap<string, ReadonlyMap<string, PlacedValue>>

/**
 * The options of several files, the later one winning for each option, under the environment:
 * `COWRIE_<SECTION>_<OPTION>` in capitals wins over all files and is taken as it stands, also when empty.
 */
export class LayeredOptions {
  readonly #sections = new Map<string, Map<string, PlacedValue>>()
  readonly #environment: Environment
  readonly #references: References = {
    hasSection: (section) => this.#sections.has(section),
    fileValue: (section, option) => this.#fromFiles(section, option)?.value,
    environmentValue: (section, option) => this.#fromEnvironment(section, option)?.value,
  }

  constructor(files: readonly ConfigFile[], environment: Environment) {
    this.#environment = environment
    this.#add(COWRIE_DEFAULTS)
    for (const file of files) this.#add(layerOf(file))
  }

  /** @param option in any case; @returns `undefined` when neither a file nor the environment has it */
  inspect(section: string, option: string): Inspected | undefined {
    const override = this.#fromEnvironment(section, option)
    if (override !== undefined) {
      return { text: override.value, origin: override.origin, source: 'environment' }
    }
    const raw = this.#fromFiles(section, option.toLowerCase())
    if (raw === undefined) return undefined
    const interpolated = interpolate(raw.value, section, this.#references)
    return { ...interpolated, origin: raw.origin, source: raw.source }
  }

  /** Names (lower case) and origins of what stands in the section itself or in the environment for it. */
  optionsOf(section: string): ReadonlyMap<string, string> {
    const origins = new Map<string, string>()
    for (const [option, { origin }] of this.#sections.get(section) ?? []) origins.set(option, origin)
    const prefix = environmentName(section, '')
    for (const [name, value] of Object.entries(this.#environment)) {
      if (value === undefined || !name.startsWith(prefix)) continue
      origins.set(name.slice(prefix.length).toLowerCase(), environmentOrigin(name))
    }
    return origins
  }

  #add(layer: Layer): void {
    for (const [name, options] of layer) {
      const section = this.#sections.get(name) ?? new Map<string, PlacedValue>()
      for (const [option, value] of options) section.set(option, value)
      this.#sections.set(name, section)
    }
  }

  /** As Cowrie does it, `DEFAULT` counts only for a section that stands in some file. */
  #fromFiles(section: string, option: string): PlacedValue | undefined {
    if (section !== DEFAULT_SECTION && !this.#sections.has(section)) return undefined
    return this.#sections.get(section)?.get(option) ?? this.#sections.get(DEFAULT_SECTION)?.get(option)
  }

  #fromEnvironment(section: string, option: string): ConfigValue | undefined {
    const name = environmentName(section, option)
    const value = Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined
    return value === undefined ? undefined : { value, origin: environmentOrigin(name) }
  }
}

function option(name: string, value: string): [string, PlacedValue] {
  return [name, { value, origin: "Cowrie's default", source: 'default' }]
}

function layerOf({ path, sections }: ConfigFile): Layer {
  const layer = new Map<string, ReadonlyMap<string, PlacedValue>>()
  const source = path.endsWith('.dist') ? 'default' : 'file'
  for (const [name, options] of sections) {
    const placed = [...options].map(
      ([option, { value, line }]) => [option, { value, origin: `${path}:${line}`, source }] as const,
    )
    layer.set(name, new Map(placed))
  }
  return layer
}

function environmentName(section: string, option: string): string {
  return `COWRIE_${section}_${option}`.toUpperCase()
}

function environmentOrigin(name: string): string {
  return `environment variable ${name}`
}
