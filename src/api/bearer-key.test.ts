import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bearerKeyOf } from './bearer-key.ts'

describe('the Authorization header', () => {
  it.each(['Bearer KEY', 'bearer KEY', 'BEARER  KEY ', ' Bearer KEY'])('%j holds the key', (text) => {
    expect(bearerKeyOf(text)).toEqual({ kind: 'key', keyText: 'KEY' })
  })

  it.each([undefined, '', ' '])('is missing: %j', (text) => {
    expect(bearerKeyOf(text)).toMatchObject({
      kind: 'fault',
      detail: expect.stringContaining('missing') as string,
    })
  })

  it.each(['KEY', 'Basic KEY', 'BearerKEY', 'Token Bearer KEY'])('lacks the prefix: %j', (text) => {
    expect(bearerKeyOf(text)).toMatchObject({
      kind: 'fault',
      detail: expect.stringContaining('the prefix "Bearer" is missing') as string,
    })
  })

  it.each(['Bearer', 'Bearer '])('lacks the key: %j', (text) => {
    expect(bearerKeyOf(text)).toMatchObject({
      kind: 'fault',
      detail: expect.stringContaining('no key') as string,
    })
  })

  test('any key comes out as it went in', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^tja_[0-9A-Za-z]{36}$/), (key) => {
        expect(bearerKeyOf(`Bearer ${key}`)).toEqual({ kind: 'key', keyText: key })
      }),
    )
  })
})
