import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { quoteForeignText } from './bounded-text.ts'

describe('quoting foreign text', () => {
  it('keeps what can be read', () => {
    expect(quoteForeignText('{"detail":"Too many requests"} – später', 100)).toBe(
      '{"detail":"Too many requests"} – später',
    )
  })

  it('shows line ends and terminal commands as escapes', () => {
    expect(quoteForeignText('a\r\nb\u001b[31m\u0000\u202e\u2028', 100)).toBe(
      'a\\r\\nb\\u001b[31m\\u0000\\u202e\\u2028',
    )
  })

  it('shows the invisible characters beyond the first 65,536 too', () => {
    expect(quoteForeignText('a\u{e0020}b', 100)).toBe('a\\udb40\\udc20b')
  })

  it('cuts what is too long and says so', () => {
    expect(quoteForeignText('x'.repeat(600), 500)).toBe(`${'x'.repeat(500)}…`)
  })

  test('nothing that moves a cursor, breaks a line or turns the writing direction comes through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(quoteForeignText(text, 1000)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
      { examples: [['\u{e0020}'], ['\u{1d173}']] },
    )
  })
})
