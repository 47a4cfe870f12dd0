import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = '../shared/data'

/** Logs of other people's honeypots and our own captures, where they lie beside the checkout. */
export function findRealLogs(): string[] {
  if (!existsSync(ROOT)) return []
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((name) => /cowrie[^/]*\.json|cowrie\.json\.[^/]*$/.test(name))
    .map((name) => join(ROOT, name))
    .filter((path) => statSync(path).isFile())
}

/** All their lines, without the line feeds. */
export function realLogLines(): Buffer[] {
  return findRealLogs().flatMap((path) => linesOf(readFileSync(path)))
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return lines
}
