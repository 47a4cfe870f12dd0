import { expect, it } from 'vitest'
import { renderPairs, renderTable } from './table.ts'

it('aligns words to the left and numbers to the right', () => {
  const table = renderTable(
    [{ heading: 'ADDRESS' }, { heading: 'REPORTS', align: 'right' }, { heading: 'TAGS' }],
    [
      ['192.0.2.1', '7', 'COWRIE,LOGIN'],
      ['2001:db8::1', '1200', ''],
    ],
  )
  expect(table.split('\n')).toEqual([
    'ADDRESS      REPORTS  TAGS',
    '192.0.2.1          7  COWRIE,LOGIN',
    '2001:db8::1     1200',
  ])
})

it('prints the headings alone when there are no rows', () => {
  expect(renderTable([{ heading: 'ADDRESS' }, { heading: 'TAGS' }], [])).toBe('ADDRESS  TAGS')
})

it('aligns pairs, and the further lines of a value below its first', () => {
  expect(
    renderPairs([
      ['lines', '12\nof two files'],
      ['distinct', '3'],
    ]),
  ).toBe('lines     12\n          of two files\ndistinct  3')
})
