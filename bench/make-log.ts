import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs.ts'

const GENERATOR = join(ROOT, '../shared/tools/gen-cowrie-log.mjs')
const LINES = 1_000_000
const BYTES = 447_000_000

/** Writes a Cowrie log of a million lines: generated where the generator is at hand, else the demo's repeated to the same size. */
export function makeLog(path: string): string {
  console.log('making a log of a million lines ...')
  if (existsSync(GENERATOR)) {
    const args = [GENERATOR, '--lines', String(LINES), '--ips', '50000', '--seed', '1', '--out', path]
    if (spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0) return path
  }
  const demo = readFileSync(join(ROOT, 'demo/cowrie.json'))
  for (let bytes = 0; bytes < BYTES; bytes += demo.length) writeFileSync(path, demo, { flag: 'a' })
  return path
}
