import { describe, expect, it } from 'vitest'
import { entry } from '../../test/support/entries.ts'
import { OUTPUT_FORMATS } from '../contract/index.ts'
import type { Entry } from '../denylist/index.ts'
import { FEED_FORMATS } from './formats.ts'

describe('the formats of the reported list', () => {
  it('are those of the contract', () => {
    expect(Object.keys(FEED_FORMATS)).toEqual(OUTPUT_FORMATS)
  })

  it.each(Object.entries(FEED_FORMATS))('pull one entry at a time: %s', (_, format) => {
    let pulled = 0
    function* entries(): Generator<Entry> {
      for (; pulled < 1000; pulled++) yield entry('192.0.2.7')
    }
    const pieces = format.render(entries(), { protocol: 'IPV4' })[Symbol.iterator]()
    for (let piece = 0; piece < 10; piece++) pieces.next()
    expect(pulled).toBeLessThanOrEqual(10)
  })

  it.each(Object.entries(FEED_FORMATS))('let go of the entries when the reader leaves: %s', (_, format) => {
    let isReleased = false
    function* entries(): Generator<Entry> {
      try {
        for (;;) yield entry('192.0.2.7')
      } finally {
        isReleased = true
      }
    }
    const pieces = format.render(entries(), { protocol: 'IPV4' })[Symbol.iterator]()
    for (let piece = 0; piece < 3; piece++) pieces.next()
    pieces.return?.()
    expect(isReleased).toBe(true)
  })

  it.each(Object.entries(FEED_FORMATS))(
    'say where others have their turn, and nothing else: %s',
    (_, format) => {
      const entries = [undefined, entry('192.0.2.7'), undefined, entry('192.0.2.8'), undefined]
      const pieces = [...format.render(entries, { protocol: 'IPV4' })]
      expect(pieces.filter((piece) => piece === '')).toHaveLength(3)
      const without = entries.filter((one) => one !== undefined)
      expect(pieces.join('')).toBe([...format.render(without, { protocol: 'IPV4' })].join(''))
    },
  )
})
