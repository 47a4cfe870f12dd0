import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { checkRequest } from './check-request.ts'
import { Fault, ValidationErrorBody } from './error-bodies.ts'
import { ReportedAddress, ReportedAddressList, ReportedQuery, TokenInfo } from './user-api.ts'

function check(query: Record<string, string>) {
  return checkRequest(ReportedQuery, query, 'query')
}

describe('the query of the reported list', () => {
  it('has defaults for everything', () => {
    expect(check({})).toEqual({ kind: 'valid', value: { ip_protocol_version: 'ALL', output_format: 'JSON' } })
  })

  it.each([
    ['0', 0],
    ['1700000000', 1_700_000_000_000],
    ['99999999999', 99_999_999_999_000],
    ['100000000000', 100_000_000_000],
    ['1700000000000', 1_700_000_000_000],
  ])('takes the timestamp %s as %d ms', (text, milliseconds) => {
    expect(check({ reported_after: text })).toMatchObject({ value: { reported_after: milliseconds } })
  })

  it.each(['', 'x', '1.5', '1e3', '0x10', ' 1', '9'.repeat(16), 'NaN', '١'])(
    'refuses the timestamp %j',
    (text) => {
      expect(check({ expires_before: text })).toMatchObject({
        faults: [{ loc: ['query', 'expires_before'], type: 'type_error.integer' }],
      })
    },
  )

  it('refuses a timestamp before 1970', () => {
    expect(check({ expires_after: '-1' })).toMatchObject({ faults: [{ type: 'value_error.number.not_ge' }] })
  })

  it.each([
    ['greater_than', '0', 'ensure this value is greater than 0'],
    ['greater_than', '-7', 'ensure this value is greater than 0'],
    ['less_than', '1', 'ensure this value is greater than 1'],
    ['less_than', '0', 'ensure this value is greater than 1'],
  ])('refuses %s=%s', (name, text, msg) => {
    expect(check({ [name]: text })).toMatchObject({
      faults: [{ loc: ['query', name], msg, type: 'value_error.number.not_gt' }],
    })
  })

  it('takes the smallest bounds that make sense', () => {
    expect(check({ greater_than: '1', less_than: '2' })).toMatchObject({
      value: { greater_than: 1, less_than: 2 },
    })
  })

  it.each([
    ['ip_protocol_version', 'ipv4'],
    ['output_format', 'XML'],
    ['output_format', ''],
  ])('says what is permitted instead of %s=%j', (name, text) => {
    const checked = check({ [name]: text })
    expect(checked).toMatchObject({ faults: [{ loc: ['query', name], type: 'type_error.enum' }] })
    expect(checked.kind === 'invalid' && checked.faults[0]?.msg).toContain('permitted: ')
  })
})

/** The OpenAPI of the User API as it was published; not part of the repository. */
const OPENAPI_FILE = '../shared/contract/threatjammer-user-api-1.2.27.json'

describe('answers', () => {
  it.skipIf(!existsSync(OPENAPI_FILE)).each([
    ['IPListOutput', ReportedAddress],
    ['IPListCollectionOutput', ReportedAddressList],
    ['TokenOutput', TokenInfo],
    ['HTTPValidationError', ValidationErrorBody],
    ['ValidationError', Fault],
  ])('have the fields of %s in the published OpenAPI', (name, schema) => {
    const { components } = JSON.parse(readFileSync(OPENAPI_FILE, 'utf8')) as OpenApi
    const { properties = {}, required = [] } = components.schemas[name] ?? {}
    expect(Object.keys(schema.shape).toSorted()).toEqual(Object.keys(properties).toSorted())
    const needed = Object.entries<z.ZodType>(schema.shape).filter(
      ([, field]) => !field.safeParse(undefined).success,
    )
    expect(needed.map(([field]) => field)).toEqual(expect.arrayContaining(required))
  })
})

interface OpenApi {
  readonly components: {
    readonly schemas: Readonly<Record<string, { properties?: Record<string, unknown>; required?: string[] }>>
  }
}
