import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { checkRequest } from './check-request.ts'
import { isTag, TAG_PATTERN } from './terms/index.ts'
import { TagList, TextList } from './text-lists.ts'

describe('a list of texts', () => {
  it('is taken as it is', () => {
    expect(checkRequest(TextList, ['a', ' b '], 'body')).toEqual({ kind: 'valid', value: ['a', ' b '] })
  })

  it('must not be empty', () => {
    expect(checkRequest(TextList, [], 'body')).toMatchObject({
      faults: [{ loc: ['body'], type: 'value_error.list.min_items' }],
    })
  })

  it.each([null, 1, 'text', { 0: 'a', length: 1 }, true])('is not %j', (value) => {
    expect(checkRequest(TextList, value, 'body')).toMatchObject({
      faults: [{ loc: ['body'], msg: 'value is not a valid list', type: 'type_error.list' }],
    })
  })

  it('names the place of every element that is no text', () => {
    expect(checkRequest(TextList, ['a', 1, 'b', null], 'body')).toMatchObject({
      faults: [
        { loc: ['body', 1], type: 'type_error.str' },
        { loc: ['body', 3], type: 'type_error.str' },
      ],
    })
  })

  it('does not answer 10,000 faults with 10,000 lines', () => {
    const checked = checkRequest(TextList, Array.from({ length: 10_000 }).fill(7), 'body')
    expect(checked.kind === 'invalid' && checked.faults.length).toBe(20)
  })
})

describe('tags', () => {
  it('are trimmed, and empty ones are dropped, as the removed Cowrie module sends them', () => {
    expect(checkRequest(TagList, ['COWRIE', ' LOGIN ', ''], 'body')).toEqual({
      kind: 'valid',
      value: ['COWRIE', 'LOGIN'],
    })
  })

  it.each(['cowrie', 'A_B', 'A B', '-A', 'A-', 'A--B', 'Ä', 'A\nB', 'A'.repeat(65)])(
    'are refused with their place: %j',
    (tag) => {
      expect(checkRequest(TagList, ['', 'OK', tag], 'body')).toMatchObject({
        faults: [{ loc: ['body', 2], type: 'value_error.str.regex' }],
      })
    },
  )

  it('are at most 32, not counting empty ones', () => {
    const tags = Array.from({ length: 32 }, (_, index) => `T${index}`)
    expect(checkRequest(TagList, [...tags, '', ' '], 'body').kind).toBe('valid')
    expect(checkRequest(TagList, [...tags, 'ONE-MORE'], 'body')).toMatchObject({
      faults: [{ loc: ['body'], type: 'value_error.list.max_items' }],
    })
  })

  test('what is taken matches the pattern of the contract', () => {
    const tag = fc.string({ unit: fc.constantFrom('A', 'z', '9', '-', '_', ' '), maxLength: 70 })
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 40 }), (tags) => {
        const checked = checkRequest(TagList, tags, 'body')
        const kept = tags.map((text) => text.trim()).filter((text) => text !== '')
        const isFit = kept.length <= 32 && kept.every((text) => TAG_PATTERN.test(text) && text.length <= 64)
        expect(checked).toMatchObject(isFit ? { kind: 'valid', value: kept } : { kind: 'invalid' })
      }),
    )
  })

  it('are not matched for long when they are long', () => {
    expect(isTag('A'.repeat(1_000_000))).toBe(false)
    expect(TAG_PATTERN.test(`${'A-'.repeat(500_000)}_`)).toBe(false)
  })
})
