import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { EntrySum, packRange } from '../../ip/index.ts'
import { type Network, parseNetwork } from '../networks.ts'
import { HeldDecisions } from './held-decisions.ts'
import { readAnswer } from './read-answer.ts'

const HEAD = (since: string | null = null) => JSON.stringify({ format: 'honeyjam-decisions/1', since })

async function answer(
  lines: readonly unknown[],
  { since = null as string | null, revision = 'r2', at = 0, ...proof } = {},
) {
  const body = lines.map((line) => JSON.stringify(line))
  const end = JSON.stringify({ end: true, revision, at, lines: body.length + 1, ...proof })
  return await readAnswer(pieces([HEAD(since), ...body, end].map((line) => `${line}\n`)))
}

async function* pieces(texts: Iterable<string>): AsyncGenerator<string> {
  yield* texts
}

function ends(held: HeldDecisions): Record<string, number> {
  return Object.fromEntries(Array.from(held.list(), ({ network, expiresAtMs }) => [network, expiresAtMs]))
}

describe('an answer', () => {
  const whole = [
    HEAD(),
    '["o",0,{"list":"reported","dataset":"ABUSE"}]',
    '["a","192.0.2.1",5,0]',
    '["c"]',
    '["n","198.51.100.0/24",null,0]',
    '{"end":true,"revision":"r1","at":4,"lines":5,"checksum":"00","count":2}',
  ].join('\n')

  it('is read whole, whatever the pieces it comes in', async () => {
    const expected = {
      since: undefined,
      revision: 'r1',
      atMs: 4,
      steps: [
        { kind: 'address', network: '192.0.2.1', expiresAtMs: 5 },
        { kind: 'clear' },
        { kind: 'network', network: '198.51.100.0/24', expiresAtMs: Infinity },
      ],
      proof: { checksum: '00', count: 2 },
    }
    expect(await readAnswer(pieces([`${whole}\n`]))).toEqual(expected)
    expect(await readAnswer(pieces(`${whole}\n`))).toEqual(expected)
  })

  test('that was cut off anywhere is not taken', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        await expect(readAnswer(pieces([whole.slice(0, length)]))).rejects.toMatchObject({
          code: 'ANSWER_INCOMPLETE',
        })
      }),
    )
  })

  it.each([
    ['a line is missing', whole.replace('["c"]\n', '')],
    ['a line is double', whole.replace('["c"]', '["c"]\n["c"]')],
    ['something follows', `${whole}\n["c"]`],
    ['it is a page', '<html>Please log in</html>'],
    ['it is of another form', whole.replace('decisions/1', 'decisions/2')],
    ['an address is none', whole.replace('192.0.2.1', '192.0.2.1; drop')],
    ['an end is none', whole.replace(',5,', ',"5",')],
  ])('is not taken when %s', async (_, text) => {
    await expect(readAnswer(pieces([`${text}\n`]))).rejects.toMatchObject({ code: 'ANSWER_INCOMPLETE' })
  })
})

describe('decisions that are held', () => {
  it('are blocked until the later end of both parts, and until the other one when one part lets go', async () => {
    const held = new HeldDecisions()
    held.take(await answer([['a', '192.0.2.1', 50, 0], ['c'], ['n', '192.0.2.1', 70, 0]], { revision: 'r1' }))
    expect(ends(held)).toEqual({ '192.0.2.1': 70 })
    const without = held.take(await answer([['c']], { since: 'r1', revision: 'r2' }))
    expect(without).toEqual({
      kind: 'change',
      change: { denied: [{ network: '192.0.2.1', expiresAtMs: 50 }], released: [] },
    })
    const nothing = held.take(await answer([['d', '192.0.2.1']], { since: 'r2', revision: 'r3' }))
    expect(nothing).toEqual({ kind: 'change', change: { denied: [], released: ['192.0.2.1'] } })
  })

  it('drop a whole IPv6 site before its addresses follow anew', async () => {
    const held = new HeldDecisions()
    const lines = [['2001:db8:1::/64'], ['2001:db8:1:2::9/128'], ['2001:db8:1::/48'], ['2001:db8:2::/64']]
    held.take(
      await answer(
        lines.map(([text]) => ['a', text, 50, 0]),
        { revision: 'r1' },
      ),
    )
    const steps = [
      ['d', '2001:db8:1::/48'],
      ['a', '2001:db8:1:2::/64', 60, 0],
    ]
    held.take(await answer(steps, { since: 'r1' }))
    expect(ends(held)).toEqual({ '2001:db8:2::/64': 50, '2001:db8:1:2::/64': 60 })
  })

  it('lead on from the revision they are of, and from nothing else', async () => {
    const held = new HeldDecisions()
    const change = await answer([], { since: 'r1' })
    expect(() => held.take(change)).toThrow(TypeError)
    held.take(await answer([['a', '192.0.2.1', 50, 0]], { revision: 'r1' }))
    held.take(change)
    expect(held.revision).toBe('r2')
    held.take(await answer([['a', '192.0.2.2', 50, 0]], { revision: 'r9' }))
    expect(ends(held)).toEqual({ '192.0.2.2': 50 })
  })

  it('are proved by a sum that does not count what has ended, and not by another one', async () => {
    const sum = new EntrySum()
    const network = parseNetwork('192.0.2.1') as Network
    const range = packRange(network)
    if (range === undefined) throw new TypeError(network)
    sum.add({ ...range, offset: 0 }, 0, 50)
    const lines = [
      ['a', '192.0.2.1', 50, 0],
      ['a', '192.0.2.2', 20, 0],
    ]
    const held = new HeldDecisions()
    for (const [checksum, count, isRight] of [
      [String(sum), 1, true],
      [String(sum), 2, false],
      ['0'.repeat(32), 1, false],
    ] as const) {
      const told = await answer(lines, { at: 30, checksum, count } as object)
      held.take(told)
      expect(isDeepStrictEqual(held.sumAt(told.atMs), told.proof)).toBe(isRight)
    }
  })
})
