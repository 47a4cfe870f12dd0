import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anyEntry, entry } from '../../../test/support/entries.ts'
import { ReportedAddressList } from '../../contract/index.ts'
import { jsonFormat } from './json-format.ts'
import { reportedAddressOf } from './reported-address.ts'

function render(entries: Parameters<typeof jsonFormat.render>[0]): unknown {
  return JSON.parse([...jsonFormat.render(entries, { protocol: 'ALL' })].join(''))
}

describe('the JSON form of the reported list', () => {
  it('is that of the sample in the documents of the User API', () => {
    expect(render([entry('192.0.2.7', { tags: ['COWRIE'] })])).toEqual({
      self: '/v1/denylist/reported/ip',
      addresses: [
        {
          self: '/v1/denylist/reported/ip/192.0.2.7',
          last_report: 1_642_678_418_000,
          expiry: 1_642_764_818_000,
          total_reports: 2,
          protocol: 'IPV4',
          dataset: '/v1/dataset/ip/ABUSE',
          tags: ['COWRIE'],
        },
      ],
    })
  })

  it('is valid when the list is empty', () => {
    expect(render([])).toEqual({ self: '/v1/denylist/reported/ip', addresses: [] })
  })

  test('every list is valid by the contract and holds its entries in their order', () => {
    fc.assert(
      fc.property(fc.array(anyEntry(), { maxLength: 20 }), (entries) => {
        const list = ReportedAddressList.parse(render(entries))
        expect(list.addresses).toEqual(entries.map(reportedAddressOf))
      }),
    )
  })
})
