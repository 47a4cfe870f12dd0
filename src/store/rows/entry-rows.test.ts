import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressToBytes, bytesToAddresses, createRows, tableOrder } from './entry-rows.ts'

const words = fc.oneof(
  fc.constantFrom(0, 0x7fffffff, 0x80000000, 0xffffffff),
  fc.nat(3),
  fc.integer({ min: 0, max: 0xffffffff }),
)
const addresses = fc.array(fc.tuple(words, words, words, words), { minLength: 1, maxLength: 30 })

describe('rows', () => {
  test('are in the order in which the table sorts account and bytes of the address; equal ones stay in order', () => {
    fc.assert(
      fc.property(addresses, fc.nat(2), (list, modulus) => {
        const rows = createRows(list.length, [])
        rows.addresses.set(list.flat())
        for (const row of list.keys()) rows.accountIds[row] = row % (modulus + 1)
        const keys = list.map((_, row) => {
          const key = Buffer.alloc(20)
          key.writeUInt32BE(rows.accountIds[row]!)
          addressToBytes(rows.addresses, row, key.subarray(4))
          return key
        })
        const expected = [...keys.keys()].toSorted((left, right) => Buffer.compare(keys[left]!, keys[right]!))
        expect([...tableOrder(rows)]).toEqual(expected)
      }),
    )
  })

  test('keep their addresses as bytes and back', () => {
    fc.assert(
      fc.property(addresses, (list) => {
        const packed = Uint32Array.from(list.flat())
        const bytes = Buffer.alloc(16 * list.length)
        for (const row of list.keys()) addressToBytes(packed, row, bytes.subarray(16 * row))
        const back = new Uint32Array(packed.length)
        bytesToAddresses(bytes, back)
        expect(back).toEqual(packed)
      }),
    )
  })
})
