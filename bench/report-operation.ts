import type { ReportOperation } from '../src/denylist/index.ts'

/** A report of `count` addresses, half of which the one before it had as well. */
export function reportOf(number: number, count: number): ReportOperation {
  const addresses = new Uint32Array(4 * count)
  for (let index = 0; index < count; index++) {
    const address = Math.imul(Math.floor((number * count) / 2) + index, 0x9e3779b1) >>> 0
    addresses.set([0, 0, 0xffff, address], 4 * index)
  }
  const nowMs = Date.now()
  return {
    kind: 'report',
    accountId: 1,
    keyId: 1,
    receivedAtMs: nowMs,
    receiptId: crypto.randomUUID(),
    idempotencyKey: crypto.randomUUID(),
    addresses,
    observedAtMs: nowMs,
    ttlSeconds: 86_400,
    dataset: 'ABUSE',
    tags: ['COWRIE', 'LOGIN', 'SESSION'],
  }
}
