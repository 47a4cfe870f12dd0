import { describe, expect, it } from 'vitest'
import { checkRequest } from './check-request.ts'
import { CreateKeyRequest } from './management-api.ts'

describe('the body that creates a key', () => {
  it('is trimmed and names each scope once', () => {
    const body = { name: ' firewall ', scopes: ['read', 'read'], ttl: 60 }
    expect(checkRequest(CreateKeyRequest, body, 'body')).toEqual({
      kind: 'valid',
      value: { name: 'firewall', scopes: ['read'], ttl: 60, networks: [] },
    })
  })

  it.each([
    [{ scopes: ['read'] }, ['body', 'name'], 'value_error.missing'],
    [{ name: ' ', scopes: ['read'] }, ['body', 'name'], 'value_error.any_str.min_length'],
    [{ name: 'x'.repeat(101), scopes: ['read'] }, ['body', 'name'], 'value_error.any_str.max_length'],
    [{ name: 7, scopes: ['read'] }, ['body', 'name'], 'type_error.str'],
    [{ name: 'x', scopes: [] }, ['body', 'scopes'], 'value_error.list.min_items'],
    [{ name: 'x', scopes: 'read' }, ['body', 'scopes'], 'type_error.list'],
    [{ name: 'x', scopes: ['read', 'root'] }, ['body', 'scopes', 1], 'type_error.enum'],
    [{ name: 'x', scopes: ['read'], ttl: 0 }, ['body', 'ttl'], 'value_error.number.not_ge'],
  ])('is refused: %j', (body, loc, type) => {
    expect(checkRequest(CreateKeyRequest, body, 'body')).toMatchObject({ faults: [{ loc, type }] })
  })
})
