import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { globSync, isDynamicPattern } from 'tinyglobby'
import { STANDARD_INPUT } from '../cowrie/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

/**
 * The files that `--once` names: patterns become the files they match, in the order of their names; `-` stays.
 * @returns absolute paths, each once
 * @throws HoneyjamError USAGE one is missing or a directory, or a pattern matches nothing
 */
export function expandOnceFiles(named: readonly string[]): string[] {
  return [...new Set(named.flatMap(expand))]
}

function expand(named: string): string[] {
  if (named === STANDARD_INPUT) return [named]
  const path = resolve(named)
  // a file may be called as it likes, also like a pattern
  const status = statSync(path, { throwIfNoEntry: false })
  if (status?.isDirectory()) {
    throw new HoneyjamError(
      'USAGE',
      `${named} is a directory: name its files, for example '${named}/cowrie.json*'`,
    )
  }
  if (status !== undefined) return [path]
  if (!isDynamicPattern(named)) throw new HoneyjamError('USAGE', `there is no file ${named}`)
  const files = globSync(named, { absolute: true, dot: true, expandDirectories: false }).toSorted()
  if (files.length === 0) throw new HoneyjamError('USAGE', `no file is called ${named}`)
  return files
}
