import type { Clock } from '../../runtime/index.ts'
import type { ProtectedNetwork } from './protected-set.ts'

/** Whoever was logged in may want to come back. */
const REMEMBERED_MS = 3_600_000

/**
 * Keeps where users were logged in from for an hour longer than the host tells, so that a session that is about to be opened anew is
 * not cut off in between.
 */
export function rememberOperators(
  find: () => Promise<readonly ProtectedNetwork[]>,
  clock: Clock,
): () => Promise<readonly ProtectedNetwork[]> {
  const seen = new Map<string, { readonly found: ProtectedNetwork; readonly atMs: number }>()
  return async () => {
    const now = await find()
    const nowMs = clock.nowMs()
    for (const found of now) if (found.reason === 'logged-in') seen.set(found.network, { found, atMs: nowMs })
    for (const [network, { atMs }] of seen) if (atMs < nowMs - REMEMBERED_MS) seen.delete(network)
    const others = now.filter(({ reason }) => reason !== 'logged-in')
    return [...others, ...Array.from(seen.values(), ({ found }) => found)]
  }
}
