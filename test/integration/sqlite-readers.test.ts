import { expect, it } from 'vitest'
import { checkpointOf, entryRow, ipv4Words, packRows } from '../support/entry-rows.ts'
import { sqlitePlace } from '../support/sqlite-place.ts'

it('tells whether a report came in before without waiting for a checkpoint that is being written', async () => {
  const place = await sqlitePlace((store) => store.denylist)
  const store = await place.open()
  const entries = packRows(
    Array.from({ length: 100_000 }, (_, index) => entryRow({ words: ipv4Words(index) })),
  )
  const order: string[] = []
  const note = (what: string) => () => order.push(what)
  await Promise.all([
    store.writeCheckpoint(checkpointOf({ entries, coveredPosition: 1 })).then(note('checkpoint')),
    store.findReceiptByIdempotencyKey(1, 'a key', 0).then(note('look-up')),
  ])
  expect(order).toEqual(['look-up', 'checkpoint'])
  await place.remove()
})
