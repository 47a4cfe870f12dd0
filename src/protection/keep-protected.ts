import { randomUUID } from 'node:crypto'
import { type Denylist, type ProtectionReason, protectOperation } from '../denylist/index.ts'
import { type Address, parseRange, type Range } from '../ip/index.ts'
import type { Clock } from '../runtime/index.ts'

/** What of a list of decisions can be changed here. */
export type ProtectedDenylist = Pick<Denylist, 'submit' | 'findProtected'>

export interface KeepProtectedOptions {
  readonly denylist: ProtectedDenylist
  readonly clock: Clock
  /** Whether an address may be blocked at all: the others need no range of their own. */
  readonly mayBeBlocked: (address: Address) => boolean
}

/** An address that is protected for a while, again and again as long as there is a reason. */
export interface Kept {
  readonly address: Address
  readonly reason: ProtectionReason
  readonly comment: string
}

/**
 * Protects addresses for `ttlSeconds`. Those that are protected for half of that already, and those that may not be blocked
 * anyway, are left as they are.
 * @returns those that were protected now
 * @throws HoneyjamError STORE_UNAVAILABLE
 */
export async function keepProtected(
  addresses: readonly Kept[],
  ttlSeconds: number,
  { denylist, clock, mayBeBlocked }: KeepProtectedOptions,
): Promise<readonly Kept[]> {
  const nowMs = clock.nowMs()
  const longEnoughMs = nowMs + 500 * ttlSeconds
  const needed = addresses.filter(
    ({ address }) =>
      mayBeBlocked(address) &&
      !denylist
        .findProtected(address, nowMs)
        .some(({ expiresAtMs = Number.POSITIVE_INFINITY }) => expiresAtMs > longEnoughMs),
  )
  for (const { reason, comment, ranges } of grouped(needed)) {
    const origin = { keyId: NO_KEY, receivedAtMs: nowMs, receiptId: randomUUID() }
    await denylist.submit(protectOperation({ ranges, reason, comment, ttlSeconds }, origin))
  }
  return needed
}

/** Nobody asked for it with a key. */
const NO_KEY = 0

interface Group extends Omit<Kept, 'address'> {
  readonly ranges: Range[]
}

function grouped(addresses: readonly Kept[]): Iterable<Group> {
  const groups = new Map<string, Group>()
  for (const { address, reason, comment } of addresses) {
    const range = parseRange(address)
    if (range === undefined) continue
    const key = `${reason} ${comment}`
    const group = groups.get(key) ?? { reason, comment, ranges: [] }
    groups.set(key, group)
    if (!group.ranges.includes(range)) group.ranges.push(range)
  }
  return groups.values()
}
