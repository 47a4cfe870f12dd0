import { describe, expect, it } from 'vitest'
import { errorBody } from './error-bodies.ts'
import { ERRORS, isErrorSlug } from './errors.ts'

/** The pages Threat Jammer had, by the list in its documents. */
const PAGES_OF_THREAT_JAMMER = [
  'combined-ip-protocol-not-supported',
  'dataset-not-found',
  'invalid-cidr',
  'invalid-ip-address',
  'ip-address-cannot-be-private',
  'ip-address-list-too-large',
  'ip-address-must-be-public',
  'list-type-not-found',
  'logchange-id-not-found',
  'reported-ip-address-not-found',
  'resource-not-found',
  'resource-will-expire-before-current-time',
  'too-many-requests',
  'unauthorized',
  'value-should-be-greater-than-zero',
]

describe('the error table', () => {
  it.each(PAGES_OF_THREAT_JAMMER)('has the page %s', (slug) => {
    expect(isErrorSlug(slug)).toBe(true)
  })

  it.each(Object.entries(ERRORS))('explains %s to a person', (slug, kind) => {
    expect(slug).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(kind.status).toBeGreaterThanOrEqual(400)
    expect(kind.title.length).toBeGreaterThan(0)
    expect(kind.explanation).toMatch(/\.$/)
  })

  it('does not take names that every object has for slugs', () => {
    expect(isErrorSlug('constructor')).toBe(false)
    expect(isErrorSlug('__proto__')).toBe(false)
  })

  it('gives bodies whose type is the path of the page', () => {
    expect(errorBody('unauthorized', 'no key')).toEqual({
      title: 'Unauthorized',
      detail: 'no key',
      type: '/docs/errors/unauthorized',
    })
  })
})
