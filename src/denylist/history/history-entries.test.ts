import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ReportOperation } from '../operation.ts'
import { BUCKET_BITS, bucketBitsFor, bucketOf } from './address-bucket.ts'
import { placesOf } from './history-events.ts'
import { packHistory } from './pack-history.ts'

const word = fc.constantFrom(0, 1, 0xffff, 0xffffffff)
const words = fc.tuple(word, word, word, fc.constantFrom(0, 7, 0xffffffff))

/** Reports of few addresses, so that they meet again; times of each, and addresses that were kept off the list. */
const reports = fc.array(
  fc.record({
    addresses: fc.uniqueArray(words, { maxLength: 5, selector: String }),
    ages: fc.option(fc.array(fc.nat(1e13), { minLength: 5, maxLength: 5 })),
    allowed: fc.uniqueArray(fc.nat(4), { maxLength: 3 }),
    gap: fc.integer({ min: 1, max: 1000 }),
  }),
  { maxLength: 8 },
)

const RECEIVED_MS = 1e13

test('every address of every operation is found where it stood, and no other', () => {
  fc.assert(
    fc.property(reports, words, (all, wanted) => {
      let position = 0
      const records = all.map(({ addresses, ages, allowed, gap }) => {
        position += gap
        const operation: ReportOperation = {
          kind: 'report',
          accountId: 1,
          keyId: 1,
          receivedAtMs: RECEIVED_MS,
          receiptId: 'r',
          addresses: Uint32Array.from(addresses.flat()),
          observedAtMs:
            ages === null
              ? RECEIVED_MS
              : Float64Array.from(ages.slice(0, addresses.length), (age) => RECEIVED_MS - age),
          ttlSeconds: 1,
          dataset: 'ABUSE',
          tags: [],
        }
        return { position, operation, allowed: new Set(allowed) }
      })
      const part = position + 5
      const { rows } = packHistory(records, part)
      const packed = Uint32Array.from(wanted)
      const found = rows
        .filter(({ bits, bucket }) => bucket === bucketOf(packed, 0, bits))
        .flatMap(({ entries }) => placesOf({ part, entries }, packed))
      const expected = all.flatMap(({ addresses, ages, allowed }, number) => {
        const index = addresses.findIndex((each) => each.join() === wanted.join())
        if (index < 0) return []
        const ageMs = ages === null ? -1 : ages[index]
        return [{ position: records[number]?.position, index, isAllowed: allowed.includes(index), ageMs }]
      })
      expect(found).toEqual(expected)
    }),
  )
})

test('addresses of one network are spread evenly, and few ones share a row', () => {
  expect([1, 64, 65, 2048, 2049, 1e6].map(bucketBitsFor)).toEqual([0, 0, 5, 5, 10, 10])
  for (const bits of BUCKET_BITS) {
    const counts = Array.from({ length: 2 ** bits }, () => 0)
    for (let host = 0; host < 65_536; host++) {
      const bucket = bucketOf(Uint32Array.of(0, 0, 0xffff, 0x0a000000 + host), 0, bits)
      counts[bucket] = (counts[bucket] ?? 0) + 1
    }
    expect(Math.max(...counts)).toBeLessThanOrEqual(2 * (65_536 / 2 ** bits))
  }
})

// What is on disk must be found for ever.
test.each([
  [[0, 0, 0xffff, 0x08080808], 14, 477],
  [[0x20010db8, 0, 0, 1], 30, 960],
])('the bucket of %j never changes', (address, ofFive, ofTen) => {
  const packed = Uint32Array.from(address)
  expect([bucketOf(packed, 0, 0), bucketOf(packed, 0, 5), bucketOf(packed, 0, 10)]).toEqual([
    0,
    ofFive,
    ofTen,
  ])
})
