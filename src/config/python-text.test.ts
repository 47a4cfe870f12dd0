import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  indentation,
  parsePythonBoolean,
  parsePythonInteger,
  renderPythonBoolean,
  splitLines,
  strip,
  stripEnd,
} from './python-text.ts'

describe('white space', () => {
  it("is Python's: the information separators and the next-line character belong to it", () => {
    expect(strip('\x1c\x1d\x1e\x1f\x85\u00a0 \u2003a\u3000\u2028\t\v\f')).toBe('a')
  })

  it('leaves the byte order mark and the zero width space alone', () => {
    expect(strip('\ufeffa\u200b')).toBe('\ufeffa\u200b')
  })

  it('is counted before the first other character', () => {
    expect([indentation('a'), indentation(' \t\u3000a'), indentation('   ')]).toEqual([0, 3, 3])
  })

  it('at the end goes fast, however much there is', () => {
    expect(stripEnd(`${' '.repeat(500_000)}a`)).toHaveLength(500_001)
  })
})

it('ends lines at every kind of line end, and at no other character', () => {
  expect(splitLines('a\nb\r\nc\rd\n\re\vf\x85g')).toEqual(['a', 'b', 'c', 'd', '', 'e\vf\x85g'])
})

describe('booleans', () => {
  it.each(['1', 'yes', 'true', 'on', 'YES', 'True', 'oN'])('takes %s as true', (text) => {
    expect(parsePythonBoolean(text)).toBe(true)
  })

  it.each(['0', 'no', 'false', 'off', 'NO', 'False', 'oFF'])('takes %s as false', (text) => {
    expect(parsePythonBoolean(text)).toBe(false)
  })

  it.each(['', ' ', '"true"', "'true'", 'enabled', 'y', 't', '2', 'true ; c', ' true', 'null'])(
    'takes %j as neither',
    (text) => {
      expect(parsePythonBoolean(text)).toBeUndefined()
    },
  )

  it('are printed with a capital', () => {
    expect([renderPythonBoolean(true), renderPythonBoolean(false)]).toEqual(['True', 'False'])
  })
})

describe('integers', () => {
  it.each([
    ['86400', 86_400],
    ['-5', -5],
    ['+5', 5],
    ['1_0', 10],
    ['007', 7],
    [' 60\t', 60],
    ['1_000_000', 1_000_000],
  ])('takes %j as %i', (text, value) => {
    expect(parsePythonInteger(text)).toBe(value)
  })

  it.each([
    '',
    ' ',
    '1.0',
    '1e3',
    '0x10',
    '0b1',
    '_1',
    '1_',
    '1__0',
    '- 5',
    '--5',
    '5s',
    '"5"',
    '1 000',
    '∞',
  ])('takes %j as no integer', (text) => {
    expect(parsePythonInteger(text)).toBeUndefined()
  })

  it('are not read at all past any sensible length', () => {
    expect(parsePythonInteger('1'.repeat(100_000))).toBeUndefined()
  })

  test('every safe integer that was printed is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parsePythonInteger(String(value))).toBe(value)
      }),
    )
  })
})
