import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Operation } from './operation.ts'
import { decodeOperation, encodeOperation } from './operation-codec.ts'

const base = { accountId: 3, keyId: 9, receivedAtMs: 1_700_000_000_000, receiptId: 'r' }
const words = fc
  .uint32Array({ maxLength: 400 })
  .map((array) => array.slice(0, array.length - (array.length % 4)))
const times = (count: number) =>
  fc.oneof(
    fc.integer({ min: 0 }),
    fc.float64Array({ minLength: count, maxLength: count, noNaN: true, noDefaultInfinity: true }),
  )

const operations: fc.Arbitrary<Operation> = fc.oneof(
  words.chain((addresses) =>
    times(addresses.length / 4).map((observedAtMs) => ({
      ...base,
      kind: 'report' as const,
      addresses,
      observedAtMs,
      ttlSeconds: 86_400,
      dataset: 'ABUSE',
      tags: ['COWRIE', 'LOGIN'],
      idempotencyKey: 'key "é"',
      skipped: { private: 2 },
      folded: 1,
    })),
  ),
  words.map((addresses) => ({ ...base, kind: 'unban' as const, addresses })),
  fc.constant({ ...base, kind: 'remove' as const, addresses: 'all' as const }),
  fc.constant({ ...base, kind: 'allow' as const, ranges: ['192.0.2.0/24'], dataset: 'ABUSE', tags: [] }),
  fc.constant({ ...base, kind: 'disallow' as const, ranges: ['2001:db8::/32'] }),
)

describe('a journal record', () => {
  test('gives back the operation that was written', () => {
    fc.assert(
      fc.property(operations, (operation) => {
        expect(decodeOperation(encodeOperation(operation))).toEqual(operation)
      }),
    )
  })

  test('that was cut off anywhere is refused as corrupt, never read as something else', () => {
    fc.assert(
      fc.property(
        operations,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (operation, share) => {
          const record = encodeOperation(operation)
          const cut = record.subarray(0, Math.floor(record.length * share))
          expect(() => decodeOperation(cut)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
        },
      ),
    )
  })

  it('of a kind that a later version knows is refused, and not left out', () => {
    const operation = { ...base, kind: 'remove', addresses: 'all' } as const
    const later = { ...operation, kind: 'list-merge' } as unknown as Operation
    expect(decodeOperation(encodeOperation(operation))).toEqual(operation)
    expect(() => decodeOperation(encodeOperation(later))).toThrow(
      expect.objectContaining({ code: 'STORE_NEWER' }),
    )
  })

  it('of a later form is refused', () => {
    const record = encodeOperation({ ...base, kind: 'remove', addresses: 'all' })
    record[0] = 2
    expect(() => decodeOperation(record)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
  })
})
