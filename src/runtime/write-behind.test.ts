import { expect, it } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { HoneyjamError } from './errors.ts'
import { WriteBehind } from './write-behind.ts'

/** Words that wait, and those that are written; a write takes until it is let go. */
function openPlace() {
  const clock = new ManualClock()
  const { logger, lines } = captureLog()
  const place = { waiting: [] as string[], written: [] as string[][], isBroken: false, rounds: 0 }
  let held: Promise<void> | undefined
  const behind = new WriteBehind({
    clock,
    logger,
    everyMs: 1_000,
    failing: 'words are not written',
    write: async () => {
      // what a write takes is not there for the next one
      const words = place.waiting.splice(0)
      await held
      if (place.isBroken) {
        place.waiting.unshift(...words)
        throw new HoneyjamError('STORE_UNAVAILABLE', 'no space left')
      }
      if (words.length > 0) place.written.push(words)
    },
    afterRound: async () => {
      place.rounds++
    },
  })
  const hold = () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    return resolve
  }
  return { behind, clock, lines, place, hold }
}

it('writes every so often, when asked to, and a last time at the end', async () => {
  const { behind, clock, place } = openPlace()
  place.waiting.push('one')
  await clock.advance(999)
  expect(place.written).toEqual([])
  await clock.advance(1)
  place.waiting.push('two')
  await behind.flush()
  expect(place).toMatchObject({ written: [['one'], ['two']], rounds: 1 })
  place.waiting.push('three')
  await behind.close()
  expect(place).toMatchObject({ written: [['one'], ['two'], ['three']], rounds: 1 })
  await clock.advance(5_000)
  expect(place.rounds).toBe(1)
})

it('writes one after the other, and what came while a write was under way in the next one', async () => {
  const { behind, place, hold } = openPlace()
  place.waiting.push('one')
  const letGo = hold()
  const first = behind.flush()
  await Promise.resolve()
  place.waiting.push('two')
  const second = behind.flush()
  await Promise.resolve()
  expect(place.waiting).toEqual(['two'])
  letGo()
  await Promise.all([first, second])
  expect(place).toMatchObject({ waiting: [], written: [['one'], ['two']] })
  await behind.close()
})

it('goes on when it fails, says so once, and again when it fails anew', async () => {
  const { behind, clock, lines, place } = openPlace()
  place.isBroken = true
  place.waiting.push('one')
  await clock.advance(3_000)
  await behind.flush()
  expect(lines).toMatchObject([
    { level: 40, msg: 'words are not written', err: { code: 'STORE_UNAVAILABLE' } },
  ])
  place.isBroken = false
  await clock.advance(1_000)
  expect(place.written).toEqual([['one']])
  place.isBroken = true
  await clock.advance(1_000)
  expect(lines).toHaveLength(2)
  await behind.close()
})

it('hides no fault of its own', async () => {
  const { logger } = captureLog()
  const write = async () => {
    throw new TypeError('a bug')
  }
  const behind = new WriteBehind({ clock: new ManualClock(), logger, everyMs: 1_000, failing: '', write })
  await expect(behind.flush()).rejects.toThrow('a bug')
  await expect(behind.close()).rejects.toThrow('a bug')
})
