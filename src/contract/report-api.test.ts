import { describe, expect, it } from 'vitest'
import { checkRequest } from './check-request.ts'
import { AddressesRequest, FalsePositiveRequest, ReportRequest } from './report-api.ts'

const address = '8.8.8.8'

function faultsOf(body: unknown, schema: typeof ReportRequest | typeof AddressesRequest = ReportRequest) {
  const checked = checkRequest(schema, body, 'body')
  return checked.kind === 'invalid' ? checked.faults : []
}

describe('the body of a report', () => {
  it('needs addresses only', () => {
    expect(checkRequest(ReportRequest, { addresses: [address] }, 'body')).toEqual({
      kind: 'valid',
      value: { addresses: [address], ttl: 86_400, type: 'ABUSE', tags: [] },
    })
  })

  it('may have fields nobody knows', () => {
    const checked = checkRequest(ReportRequest, { addresses: [address], comment: 1 }, 'body')
    expect(checked).toEqual({
      kind: 'valid',
      value: { addresses: [address], ttl: 86_400, type: 'ABUSE', tags: [] },
    })
  })

  it('does not take a field named __proto__ for anything', () => {
    const body: unknown = JSON.parse(`{"addresses":["${address}"],"__proto__":{"ttl":5}}`)
    expect(checkRequest(ReportRequest, body, 'body')).toMatchObject({ value: { ttl: 86_400 } })
  })

  it('says which field is missing', () => {
    expect(faultsOf({})).toEqual([
      { loc: ['body', 'addresses'], msg: 'field required', type: 'value_error.missing' },
    ])
  })

  it.each([null, 1, 'text', [address]])('is an object, not %j', (body) => {
    expect(faultsOf(body)).toEqual([
      { loc: ['body'], msg: 'value is not a valid dict', type: 'type_error.dict' },
    ])
  })

  it.each([
    ['86400', 'type_error.integer'],
    [1.5, 'type_error.integer'],
    [null, 'type_error.integer'],
    [[86_400], 'type_error.integer'],
    [0, 'value_error.number.not_ge'],
    [-1, 'value_error.number.not_ge'],
    [315_360_001, 'value_error.number.not_le'],
    [1e300, 'type_error.integer'],
  ])('refuses the ttl %j', (ttl, type) => {
    expect(faultsOf({ addresses: [address], ttl })).toMatchObject([{ loc: ['body', 'ttl'], type }])
  })

  it.each([1, 315_360_000])('takes the ttl %d', (ttl) => {
    expect(checkRequest(ReportRequest, { addresses: [address], ttl }, 'body')).toMatchObject({
      value: { ttl },
    })
  })

  it.each(['abuse', '', 'constructor', 7, null])('names the known datasets when the type is %j', (type) => {
    const [fault, ...others] = faultsOf({ addresses: [address], type })
    expect(others).toEqual([])
    expect(fault?.loc).toEqual(['body', 'type'])
    expect(fault?.msg).toContain('ABUSE, ANONYMOUS_PROXY, ANONYMOUS_VPN, BOGONS')
  })

  it('takes one time of sighting for all addresses or one each', () => {
    for (const observed_at of [0, 1_700_000_000_000, [1, 2]]) {
      const body = { addresses: [address, '1.1.1.1'], observed_at }
      expect(checkRequest(ReportRequest, body, 'body')).toMatchObject({ value: { observed_at } })
    }
  })

  it.each([
    [[1], ['body', 'observed_at'], 'value_error.list.length'],
    [[1, 2, 3], ['body', 'observed_at'], 'value_error.list.length'],
    [[1, 'x'], ['body', 'observed_at', 1], 'type_error.integer'],
    ['x', ['body', 'observed_at'], 'type_error.integer'],
    [null, ['body', 'observed_at'], 'type_error.integer'],
    [-1, ['body', 'observed_at'], 'value_error.number.not_ge'],
    [1.5, ['body', 'observed_at'], 'type_error.integer'],
  ])('refuses the times of sighting %j', (observed_at, loc, type) => {
    const body = { addresses: [address, '1.1.1.1'], observed_at }
    expect(faultsOf(body)).toMatchObject([{ loc, type }])
  })

  it('lists the faults of all fields at once', () => {
    const faults = faultsOf({ addresses: [1], ttl: 'x', type: 'X', tags: ['x'] })
    expect(faults.map(({ loc }) => loc.join('.'))).toEqual([
      'body.addresses.0',
      'body.ttl',
      'body.type',
      'body.tags.0',
    ])
  })
})

describe('the bodies of the other operations', () => {
  it('of an unban and of a removed false positive hold addresses; all else is ignored', () => {
    const body = { addresses: [address], ttl: -5, type: 'nonsense', tags: 7 }
    expect(checkRequest(AddressesRequest, body, 'body')).toEqual({
      kind: 'valid',
      value: { addresses: [address] },
    })
    expect(faultsOf({ addresses: [] }, AddressesRequest)).toHaveLength(1)
  })

  it('of a false positive is that of a report without the time of sighting', () => {
    const body = { addresses: [address], ttl: 5, observed_at: 'ignored' }
    expect(checkRequest(FalsePositiveRequest, body, 'body')).toMatchObject({ value: { ttl: 5 } })
  })
})
