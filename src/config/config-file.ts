import type { ConfigFault } from './config-fault.ts'
import { parseConfigText, type RawSection } from './parse-config-text.ts'
import { readBounded } from './read-bounded.ts'

/** One file that was read. */
export interface ConfigFile {
  readonly path: string
  readonly sections: ReadonlyMap<string, RawSection>
  readonly faults: readonly ConfigFault[]
}

/** Cowrie's own file of defaults has 40 KiB. */
const MAX_FILE_BYTES = 1_048_576

/**
 * Reads and parses one file of Cowrie's configuration; what is wrong in it comes back as faults.
 * @throws HoneyjamError CONFIG_UNREADABLE
 */
export function readConfigFile(path: string): ConfigFile {
  const { bytes } = readBounded(path, MAX_FILE_BYTES)
  const text = decode(bytes)
  if (text === undefined) {
    const message = 'the file is not UTF-8: Cowrie would not start with it'
    return { path, sections: new Map(), faults: [{ origin: `${path}:${firstBadLine(bytes)}`, message }] }
  }
  const { sections, faults } = parseConfigText(text)
  const placed = faults.map(({ line, message }) => ({ origin: `${path}:${line}`, message }))
  return { path, sections, faults: placed }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    // Python keeps a byte order mark, and then finds no section header
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const NEWLINE = 0x0a

/** From 1. */
function firstBadLine(bytes: Uint8Array): number {
  let start = 0
  for (let line = 1; ; line++) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline < 0 ? bytes.length : newline
    if (newline < 0 || decode(bytes.subarray(start, end)) === undefined) return line
    start = end + 1
  }
}
