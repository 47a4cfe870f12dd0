import { createHash } from 'node:crypto'
import type { Progress } from './touched-log.ts'

/** Names one state of an account's decisions. */
export interface Revision extends Progress {
  /** Which store, protected set and public lists the rest is about; of two that differ nothing can be said. */
  readonly scope: string
}

const SCOPE_CHARACTERS = 12
const TEXT = new RegExp(`^([0-9a-f]{${SCOPE_CHARACTERS}})-(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})$`)

/** `SCOPE-POSITION-TIME`; whoever reads it need not know more than that it is a word. */
export function revisionText({ scope, position, timeMs }: Revision): string {
  return `${scope}-${position}-${timeMs}`
}

/** @returns `undefined` when the text is not one of {@link revisionText} */
export function parseRevision(text: string): Revision | undefined {
  const [, scope, position, timeMs] = TEXT.exec(text) ?? []
  return scope === undefined ? undefined : { scope, position: Number(position), timeMs: Number(timeMs) }
}

/** The scope that follows from what it depends on. */
export function scopeOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, SCOPE_CHARACTERS)
}
