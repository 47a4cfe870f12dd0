import { describe, expect, it } from 'vitest'
import { entry } from '../../../test/support/entries.ts'
import { plainFormat } from './plain-format.ts'

describe('the plain form of the reported list', () => {
  it('is one address a line', () => {
    const pieces = plainFormat.render([entry('192.0.2.7'), entry('2001:db8::1')], { protocol: 'ALL' })
    expect([...pieces].join('')).toBe('192.0.2.7\n2001:db8::1\n')
  })

  it('is empty when the list is empty', () => {
    expect([...plainFormat.render([], { protocol: 'ALL' })]).toEqual([])
  })
})
