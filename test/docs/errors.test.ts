import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../src/contract/index.ts'
import { ERROR_CODES } from '../../src/runtime/index.ts'
import { readPage } from './markdown.ts'

const page = readPage('docs/reference/errors.md')

/** The part of the page below a heading of the second level. */
function partBelow(heading: string): string {
  return page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
}

describe('the page about errors', () => {
  it('explains every error code of the program, and no other', () => {
    const titles = [...partBelow('Error codes of the program').matchAll(/^### `([^`]+)`/gm)]
    expect(titles.map(([, title = '']) => title).toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
  })

  it('says of every error over HTTP what the service itself says, and names no other', () => {
    const rows = partBelow('Errors over HTTP')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const expected = Object.entries(ERRORS).map(
      ([slug, { status, explanation }]) => `| \`${slug}\` | ${status} | ${explanation} |`,
    )
    expect(rows.toSorted()).toEqual(expected.toSorted())
  })
})
