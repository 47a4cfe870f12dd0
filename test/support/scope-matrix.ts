import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SCOPES, type Scope } from '../../src/accounts/index.ts'

/** Who asks: somebody without a key, or with one that has this scope alone. */
export type Caller = Scope | 'no key'

export const CALLERS: readonly Caller[] = ['no key', ...SCOPES]

/** A row of `docs/reference/scopes.md`. */
export interface MatrixRow {
  /** As `GET /v1/token/:token`. */
  readonly route: string
  readonly mayCall: ReadonlySet<Caller>
}

const PAGE = fileURLToPath(new URL('../../docs/reference/scopes.md', import.meta.url))
const ROW = /^\| `([A-Z]+ \/[^`]*)` \|(.*)\|$/gm

/** Reads the table of the page. */
export function readScopeMatrix(): readonly MatrixRow[] {
  return Array.from(readFileSync(PAGE, 'utf8').matchAll(ROW), ([, route = '', cells = '']) => {
    const marks = cells.split('|').map((cell) => cell.trim())
    return { route, mayCall: new Set(CALLERS.filter((_, index) => marks[index] === 'yes')) }
  })
}

/**
 * A path that the route answers: an address where one belongs, else something that is not there.
 * @param key for a path that holds it
 */
export function examplePath(path: string, key = 'unknown'): string {
  return path
    .replaceAll(/:token\b/g, key)
    .replaceAll(/:address/g, '8.8.8.8')
    .replaceAll(/:range/g, '8.8.8.0%2F24')
    .replaceAll(/:account/g, 'nobody')
    .replaceAll(/:id\b/g, '999999')
    .replaceAll(/:[A-Za-z_]+/g, 'unknown')
}
