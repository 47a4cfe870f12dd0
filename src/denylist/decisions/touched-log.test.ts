import { expect, it } from 'vitest'
import { type Address, packRange, parseAddress, wordsOf } from '../../ip/index.ts'
import { TouchedLog } from './touched-log.ts'

function addressesSince(log: TouchedLog, position: number): readonly number[] {
  const found: number[] = []
  log.eachAddressSince(position, (words, offset) => found.push(words[offset + 3]!))
  return found
}

function noteMany(log: TouchedLog, from: number, count: number): void {
  for (let position = from; position < from + count; position++)
    log.noteAddress(Uint32Array.of(0, 0, 0xffff, position), 0, position)
}

it('a log of what was touched remembers the newest, and knows how far back it reaches', () => {
  const log = new TouchedLog({ position: 10, timeMs: 5 }, () => 100)
  expect(log.reaches({ position: 10, timeMs: 5 })).toBe(true)
  expect(log.reaches({ position: 9, timeMs: 5 })).toBe(false)
  expect(log.reaches({ position: 10, timeMs: 4 })).toBe(false)
  noteMany(log, 11, 5000)
  expect(log.reaches({ position: 5010 - 4096, timeMs: 5 })).toBe(true)
  expect(log.reaches({ position: 5010 - 4097, timeMs: 5 })).toBe(false)
  expect(addressesSince(log, 5007)).toEqual([5008, 5009, 5010])
  expect(addressesSince(log, 0)).toHaveLength(4096)
  expect(log.countAddressesSince(5007)).toBe(3)
})

it('a log of what was touched remembers more of it while somebody holds it', () => {
  const log = new TouchedLog({ position: 0, timeMs: 0 }, () => 0)
  const release = log.hold()
  noteMany(log, 1, 9000)
  expect(log.reaches({ position: 0, timeMs: 0 })).toBe(true)
  expect(addressesSince(log, 0)).toEqual(Array.from({ length: 9000 }, (_, index) => index + 1))
  release()
})

it('a log of what was touched tells operations and ends of networks apart, and forgets the oldest', () => {
  const log = new TouchedLog({ position: 0, timeMs: 0 }, () => 0)
  const shielded = [packRange('8.8.8.0/24')!]
  log.noteNetworks(shielded, 3)
  log.noteEnd(shielded, 700)
  expect(log.networksSince({ position: 3, timeMs: 0 })).toMatchObject([{ timeMs: 700 }])
  expect(log.networksSince({ position: 2, timeMs: 700 })).toMatchObject([{ position: 3 }])
  expect(log.hasSince({ position: 3, timeMs: 700 })).toBe(false)
  for (let position = 4; position < 2000; position++) log.noteNetworks([], position)
  expect(log.reaches({ position: 2000, timeMs: 699 })).toBe(false)
  expect(log.reaches({ position: 2000, timeMs: 700 })).toBe(true)
  expect(log.reaches({ position: 3, timeMs: 700 })).toBe(false)
})

it('a log of what was touched takes a change of very many networks for one of everything', () => {
  const log = new TouchedLog({ position: 0, timeMs: 0 }, () => 0)
  log.noteNetworks(
    Array.from({ length: 2000 }, () => packRange('8.8.8.0/24')!),
    1,
  )
  expect(log.networksSince({ position: 0, timeMs: 0 })).toMatchObject([{ shielded: 'all' }])
})

it('tells from where on nothing is remembered that decides about an address', () => {
  const log = new TouchedLog({ position: 1, timeMs: 5 }, () => 0)
  const words = (text: string) => wordsOf(parseAddress(text) as Address)
  const settled = (text: string) => log.settledFrom(words(text))
  expect(settled('9.0.0.1')).toEqual({ position: 1, timeMs: 5 })
  log.noteAddress(words('9.0.0.1'), 0, 2)
  log.noteAddress(words('2a00:1:2:3::4'), 0, 3)
  log.noteAddress(words('9.0.0.2'), 0, 4)
  expect(settled('9.0.0.1').position).toBe(2)
  expect(settled('2a00:1:2:ffff::').position).toBe(3)
  expect(settled('2a00:1:3::').position).toBe(1)
  expect(settled('9.0.0.3').position).toBe(1)
  log.noteNetworks([], 7)
  log.noteEnd([], 60)
  expect(settled('9.0.0.1')).toEqual({ position: 7, timeMs: 60 })
})
