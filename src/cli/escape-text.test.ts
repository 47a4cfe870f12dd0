import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { escapeText } from './escape-text.ts'

describe('escapeText', () => {
  it.each([
    ['plain text, ünïcode, 用户 and 🐝', 'plain text, ünïcode, 用户 and 🐝'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['line\nbreak\ttab\u0000nul\u007f', 'line\\x0abreak\\x09tab\\x00nul\\x7f'],
    ['\u009b2J', '\\x9b2J'],
    ['\u202egnirts', '\\u{202e}gnirts'],
    ['zero\u200bwidth', 'zero\\u{200b}width'],
    ['line\u2028sep', 'line\\u{2028}sep'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeText(text)).toBe(shown)
  })

  it('cuts long text and says so', () => {
    expect(escapeText('x'.repeat(3000), 10)).toBe(`${'x'.repeat(9)}…`)
    expect(escapeText('🐝'.repeat(10), 10)).toBe('🐝'.repeat(10))
    expect(escapeText('🐝'.repeat(11), 10)).toBe(`${'🐝'.repeat(9)}…`)
  })

  it('never cuts within an escape', () => {
    expect(escapeText('\u202e'.repeat(5), 3)).toBe('\\u{202e}\\u{202e}…')
  })
})

test('nothing that a terminal obeys survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u)
    }),
  )
})
