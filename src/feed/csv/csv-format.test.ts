import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { anyEntry, entry } from '../../../test/support/entries.ts'
import { csvFormat, quoteCell } from './csv-format.ts'

function render(entries: Parameters<typeof csvFormat.render>[0]): string {
  return [...csvFormat.render(entries, { protocol: 'ALL' })].join('')
}

describe('the CSV form of the reported list', () => {
  it('has a header, CRLF line ends and one row an address', () => {
    expect(render([entry('192.0.2.7'), entry('2001:db8::1', { tags: [], dataset: 'TOR' })])).toBe(
      [
        'address,dataset,protocol,total_reports,last_report,expiry,tags',
        '192.0.2.7,ABUSE,IPV4,2,1642678418000,1642764818000,COWRIE LOGIN',
        '2001:db8::1,TOR,IPV6,2,1642678418000,1642764818000,',
        '',
      ].join('\r\n'),
    )
  })

  it('is a header when the list is empty', () => {
    expect(render([])).toBe('address,dataset,protocol,total_reports,last_report,expiry,tags\r\n')
  })

  test('every row has seven cells, none of which a spreadsheet takes for a formula', () => {
    fc.assert(
      fc.property(fc.array(anyEntry(), { maxLength: 20 }), (entries) => {
        const rows = readCsv(render(entries)).slice(1)
        expect(rows.map((cells) => cells[0])).toEqual(entries.map(({ address }) => address))
        expect(rows.every((cells) => cells.length === 7)).toBe(true)
        expect(rows.flat().filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
      }),
    )
  })

  test('any text comes back from a quoted cell', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ') })
    fc.assert(
      fc.property(fc.array(cell, { minLength: 2, maxLength: 4 }), (cells) => {
        expect(readCsv(`${cells.map(quoteCell).join(',')}\r\n`)).toEqual([cells])
      }),
    )
  })
})

/** A reader written from RFC 4180, not from the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let cells: string[] = []
  let at = 0
  while (at < text.length) {
    const quoted = /"((?:[^"]|"")*)"/y
    quoted.lastIndex = at
    const match = quoted.exec(text)
    const end = match === null ? at + text.slice(at).search(/,|\r\n|$/) : quoted.lastIndex
    cells.push(match === null ? text.slice(at, end) : (match[1] ?? '').replaceAll('""', '"'))
    if (text[end] !== ',') {
      rows.push(cells)
      cells = []
    }
    at = end + (text[end] === ',' ? 1 : 2)
  }
  return rows
}
