import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JournalFollower, JournalRecord, ReportQueue } from '../../src/denylist/index.ts'
import type { MakePlace, Place } from './place.ts'

const ALL = 1_000_000
const DAY_MS = 86_400_000

/** What every journal does, whatever keeps it. */
export function reportQueueContract(name: string, makePlace: MakePlace<ReportQueue>): void {
  describe(`ReportQueue: ${name}`, () => {
    let place: Place<ReportQueue>
    let queue: ReportQueue

    beforeAll(async () => {
      place = await makePlace()
      queue = await place.open()
    })

    afterAll(() => place.remove())

    /** Forgets everything. @returns the position behind which records now come */
    async function startAfresh(): Promise<number> {
      const position = await queue.append(bytes(0))
      await queue.trim(position)
      return position
    }

    it('reads back what was acknowledged, in the order of handing over', async () => {
      await fc.assert(
        fc.asyncProperty(bodies(), async (records) => {
          const start = await startAfresh()
          const positions = await Promise.all(records.map((body) => queue.append(body)))
          expect(positions).toEqual(positions.toSorted((left, right) => left - right))
          expect(new Set(positions).size).toBe(records.length)
          const expected = records.map((body, index) => ({ position: positions[index]!, body }))
          expect(plain(await queue.read(start, ALL))).toEqual(plain(expected))
        }),
        { numRuns: 50 },
      )
    })

    it('settles acknowledgements in the order of positions', async () => {
      const settled: number[] = []
      const appends = Array.from({ length: 200 }, async (_, index) => {
        settled.push(await queue.append(bytes(index)))
      })
      await Promise.all(appends)
      expect(settled).toHaveLength(200)
      expect(settled).toEqual(settled.toSorted((left, right) => left - right))
    })

    it('holds exactly the records behind the position it was trimmed to', async () => {
      await fc.assert(
        fc.asyncProperty(bodies(), fc.nat(60), async (records, keepFrom) => {
          const start = await startAfresh()
          await Promise.all(records.map((body) => queue.append(body)))
          const before = await queue.read(start, ALL)
          const position = before[keepFrom]?.position ?? start + keepFrom
          await queue.trim(position)
          const kept = before.filter((record) => record.position > position)
          expect(plain(await queue.read(start, ALL))).toEqual(plain(kept))
          expect(await queue.size()).toEqual({ records: kept.length })
        }),
        { numRuns: 50 },
      )
    })

    it('reads in pages of any size', async () => {
      const start = await startAfresh()
      await Promise.all(Array.from({ length: 50 }, (_, index) => queue.append(bytes(index))))
      const all = await queue.read(start, ALL)
      for (const limit of [1, 7, 50, 51]) {
        const paged: JournalRecord[] = []
        for (let page = await queue.read(start, limit); page.length > 0; ) {
          expect(page.length).toBeLessThanOrEqual(limit)
          paged.push(...page)
          page = await queue.read(page.at(-1)!.position, limit)
        }
        expect(plain(paged)).toEqual(plain(all))
      }
    })

    it('keeps what is appended while it is being trimmed', async () => {
      const start = await startAfresh()
      const old = await Promise.all(Array.from({ length: 500 }, (_, index) => queue.append(bytes(index))))
      const [added] = await Promise.all([
        Promise.all(Array.from({ length: 100 }, (_, index) => queue.append(bytes(index)))),
        queue.trim(old.at(-1)!),
      ])
      const kept = await queue.read(start, ALL)
      expect(kept.map(({ position }) => position)).toEqual(added)
    })

    it('takes records from empty to a megabyte', async () => {
      const start = await startAfresh()
      const records = [new Uint8Array(), bytes(1), new Uint8Array(1024 * 1024).map((_, index) => index % 251)]
      for (const body of records) await queue.append(body)
      const read = await queue.read(start, ALL)
      expect(read.map(({ body }) => Buffer.from(body).equals(records.shift()!))).toEqual([true, true, true])
    })

    it('has the record as it was when it was handed over', async () => {
      const start = await startAfresh()
      const memory = Buffer.from('..before..')
      const append = queue.append(memory.subarray(2, 8))
      memory.fill('x')
      await append
      const [record] = await queue.read(start, ALL)
      expect(Buffer.from(record!.body).toString()).toBe('before')
    })

    it('holds after a restart what it held before, and goes on behind it', async () => {
      const start = await startAfresh()
      await Promise.all([1, 2, 3].map((number) => queue.append(bytes(number))))
      const before = await queue.read(start, ALL)
      queue = await place.open()
      expect(plain(await queue.read(start, ALL))).toEqual(plain(before))
      expect(await queue.size()).toEqual({ records: 3 })
      expect(await queue.append(bytes(4))).toBeGreaterThan(before.at(-1)!.position)
    })

    it('never gives a position twice, not even after everything was trimmed and a restart', async () => {
      const last = await queue.append(bytes(1))
      await queue.trim(last)
      queue = await place.open()
      expect(await queue.size()).toEqual({ records: 0 })
      expect(await queue.append(bytes(2))).toBeGreaterThan(last)
    })

    it('hands its follower every record behind the given one, in order, each before its append settles', async () => {
      const followedPlace = await makePlace()
      let followed = await followedPlace.open()
      const first = await followed.append(bytes(1))
      followed = await followedPlace.open()
      const seen: JournalRecord[] = []
      const leading = Promise.withResolvers<void>()
      followed.follow(first, followerOf({ seen, onLead: (isLeading) => isLeading && leading.resolve() }))
      const bodies_ = Array.from({ length: 100 }, (_, index) => bytes(index))
      await Promise.all(
        bodies_.map(async (body) => {
          const position = await followed.append(body)
          expect(seen.some((record) => record.position === position && record.body === body)).toBe(true)
        }),
      )
      expect(plain(seen)).toEqual(plain(await followed.read(first, ALL)))
      await leading.promise
      await followedPlace.remove()
    })

    it('takes a record with a key, and a shared one tells of the earlier record with this key', async () => {
      const start = await startAfresh()
      const once = { accountId: 1, idempotencyKey: 'key "1"', receivedAtMs: 8 * DAY_MS, receiptId: 'first' }
      expect(await queue.appendOnce(bytes(1), once)).toBe('first')
      if (!queue.isShared) return
      const again = { ...once, receiptId: 'again', receivedAtMs: 15 * DAY_MS - 1 }
      expect(await queue.appendOnce(bytes(2), again)).toBe('first')
      expect(await queue.appendOnce(bytes(3), { ...again, accountId: 2 })).toBe('again')
      const later = { ...again, receivedAtMs: 15 * DAY_MS, receiptId: 'later' }
      expect(
        await Promise.all([queue.appendOnce(bytes(4), later), queue.appendOnce(bytes(5), later)]),
      ).toEqual(['later', 'later'])
      expect((await queue.read(start, ALL)).map(({ body }) => body[0])).toEqual([1, 3, 4])
    })

    it('writes what was handed over before it closes, and takes nothing afterwards', async () => {
      const start = await startAfresh()
      const appends = Promise.all([1, 2, 3].map((number) => queue.append(bytes(number))))
      await queue.close()
      await queue.close()
      const positions = await appends
      await expect(queue.append(bytes(4))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      queue = await place.open()
      expect((await queue.read(start, ALL)).map(({ position }) => position)).toEqual(positions)
    })
  })
}

function followerOf(options: {
  seen: JournalRecord[]
  onLead: (isLeading: boolean) => void
}): JournalFollower {
  return {
    onRecords: (records) => void options.seen.push(...records),
    onCurrent: () => undefined,
    onLead: options.onLead,
    onLost: (error) => expect.unreachable(error.message),
  }
}

function bodies(): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 })
}

function bytes(number: number): Uint8Array {
  return Uint8Array.of(number & 255)
}

/** Buffers and byte arrays alike. */
function plain(records: readonly JournalRecord[]): { position: number; body: string }[] {
  return records.map(({ position, body }) => ({ position, body: Buffer.from(body).toString('hex') }))
}
