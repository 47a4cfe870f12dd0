import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { streamText } from './stream-text.ts'

const PIECE = 'x'.repeat(100)

describe('a streamed text', () => {
  it('is the pieces in their order', async () => {
    const pieces = Array.from({ length: 5000 }, (_, index) => `${index}\n`)
    let text = ''
    for await (const chunk of streamText(pieces)) text += String(chunk)
    expect(text).toBe(pieces.join(''))
  })

  it('is made no faster than it is read', async () => {
    let made = 0
    function* pieces(): Generator<string> {
      for (; made < 1_000_000; made++) yield PIECE
    }
    const stream = streamText(pieces())
    stream.read()
    await once(stream, 'readable')
    for (let turn = 0; turn < 100; turn++) await setImmediate()
    expect(made * PIECE.length).toBeLessThan(4 * 65_536)
    stream.destroy()
  })

  it('lets others have their turn while it is made', async () => {
    let turns = 0
    const done = new AbortController()
    const counting = (async () => {
      for (; !done.signal.aborted; turns++) await setImmediate()
    })()
    let chunks = 0
    for await (const _chunk of streamText(Array.from({ length: 10_000 }, () => PIECE))) chunks++
    done.abort()
    await counting
    expect(chunks).toBeGreaterThan(10)
    expect(turns).toBeGreaterThanOrEqual(chunks - 1)
  })

  it('lets others have their turn where a piece is empty', async () => {
    let turns = 0
    function* pieces(): Generator<string> {
      for (let piece = 0; piece < 10; piece++) {
        yield ''
        void setImmediate().then(() => turns++)
      }
      yield String(turns)
    }
    let text = ''
    for await (const chunk of streamText(pieces())) text += String(chunk)
    expect(Number(text)).toBeGreaterThanOrEqual(9)
  })

  it('lets go of its source when the reader leaves', async () => {
    let isReleased = false
    function* pieces(): Generator<string> {
      try {
        for (;;) yield PIECE
      } finally {
        isReleased = true
      }
    }
    for await (const chunk of streamText(pieces())) {
      expect(String(chunk)).not.toBe('')
      break
    }
    await expect.poll(() => isReleased).toBe(true)
  })
})
