import { describe, expect, it } from 'vitest'
import { mapInTurns } from './map-in-turns.ts'

describe('many things that are mapped in turns', () => {
  it('come out in their order, and others come between', async () => {
    const items = Array.from({ length: 200 }, (_, index) => index)
    let isMeanwhile = false
    setImmediate(() => {
      isMeanwhile = true
    })
    const seen = await mapInTurns(items, (item) => ({ item, isMeanwhile }))
    expect(seen.map(({ item }) => item)).toEqual(items)
    expect([seen.at(0)?.isMeanwhile, seen.at(-1)?.isMeanwhile]).toEqual([false, true])
  })
})
