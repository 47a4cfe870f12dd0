import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { packAddress, WORDS_PER_ADDRESS } from './address.ts'
import { AddressTable } from './address-table.ts'

describe('AddressTable', () => {
  it('finds what was added and nothing else', () => {
    const { table, words } = tableOf(['192.0.2.1', '2001:db8::1'])
    expect(table.find(words, 0)).toBe(0)
    expect(table.find(words, WORDS_PER_ADDRESS)).toBe(1)
    expect(table.find(packed('192.0.2.2'), 0)).toBe(-1)
    expect(table.find(packed('::192.0.2.1'), 0)).toBe(-1)
    expect(table.size).toBe(2)
  })

  it('is empty at first and stays so when something unknown is deleted', () => {
    const { table } = tableOf([])
    table.delete(packed('192.0.2.1'), 0)
    expect(table.size).toBe(0)
    expect(table.find(packed('192.0.2.1'), 0)).toBe(-1)
  })

  it('keeps the all-zero address apart from free slots', () => {
    const { table } = tableOf(['::'])
    expect(table.find(packed('::'), 0)).toBe(0)
    expect(table.find(packed('::1'), 0)).toBe(-1)
  })

  it('finds every address of a whole /64 and of a /16 that an attacker walks through', () => {
    const rows = 100_000
    const words = new Uint32Array(rows * WORDS_PER_ADDRESS)
    for (let row = 0; row < rows; row++) {
      const isSecondHalf = row % 2 === 1
      words.set(isSecondHalf ? [0x20010db8, 0, 0, row] : [0, 0, 0xffff, 0xc0000000 + row], 4 * row)
    }
    const table = new AddressTable((row, word) => words[row * WORDS_PER_ADDRESS + word] ?? 0)
    for (let row = 0; row < rows; row++) table.add(row)
    const lost = Array.from({ length: rows }, (_, row) => row).filter(
      (row) => table.find(words, row * WORDS_PER_ADDRESS) !== row,
    )
    expect(lost).toEqual([])
    expect(table.size).toBe(rows)
  })

  it.each([0, 1, 2])('keeps what it holds while a large one grows and addresses come and go (%i)', (seed) => {
    const rows = 60_000
    const words = Uint32Array.from({ length: rows * WORDS_PER_ADDRESS }, (_, i) => Math.imul(i, 0x9e3779b1))
    const table = new AddressTable((row, word) => words[row * WORDS_PER_ADDRESS + word] ?? 0)
    const held = new Set<number>()
    let state = seed + 1
    const random = (below: number) => (state = (Math.imul(state, 48_271) >>> 0) % 0x7fffffff) % below
    for (let step = 0; step < 3 * rows; step++) {
      const row = random(rows)
      if (random(3) === 0) {
        table.delete(words, row * WORDS_PER_ADDRESS)
        held.delete(row)
      } else if (!held.has(row)) {
        table.add(row)
        held.add(row)
      }
    }
    const wrong = Array.from({ length: rows }, (_, row) => row).filter(
      (row) => table.find(words, row * WORDS_PER_ADDRESS) !== (held.has(row) ? row : -1),
    )
    expect(wrong).toEqual([])
    expect(table.size).toBe(held.size)
  })

  test('behaves as a Map under any order of adding and deleting', () => {
    // few addresses and many steps, so that runs of slots form, wrap round the end and are closed again
    const step = fc.record({ row: fc.nat(59), isDelete: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const words = Uint32Array.from({ length: 60 * WORDS_PER_ADDRESS }, (_, i) => (i % 4 < 3 ? 0 : i))
        const table = new AddressTable((row, word) => words[row * WORDS_PER_ADDRESS + word] ?? 0)
        const model = new Set<number>()
        for (const { row, isDelete } of steps) {
          if (isDelete) table.delete(words, row * WORDS_PER_ADDRESS)
          else if (!model.has(row)) table.add(row)
          if (isDelete) model.delete(row)
          else model.add(row)
        }
        const found = Array.from({ length: 60 }, (_, row) => table.find(words, row * WORDS_PER_ADDRESS))
        expect(found).toEqual(Array.from({ length: 60 }, (_, row) => (model.has(row) ? row : -1)))
        expect(table.size).toBe(model.size)
      }),
      { numRuns: 500 },
    )
  })
})

function tableOf(addresses: readonly string[]): { table: AddressTable; words: Uint32Array } {
  const words = new Uint32Array(addresses.length * WORDS_PER_ADDRESS)
  const table = new AddressTable((row, word) => words[row * WORDS_PER_ADDRESS + word] ?? 0)
  for (const [row, address] of addresses.entries()) {
    packAddress(address, words, row * WORDS_PER_ADDRESS)
    table.add(row)
  }
  return { table, words }
}

function packed(address: string): Uint32Array {
  const words = new Uint32Array(WORDS_PER_ADDRESS)
  expect(packAddress(address, words, 0)).toBe(true)
  return words
}
