import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linksOf, listPages, readPage } from './markdown.ts'

const INDEX = 'docs/README.md'

describe('the index of the documentation', () => {
  const linked = linksOf(readPage(INDEX)).map((target) => join(dirname(INDEX), target))
  const pages = listPages().filter((page) => /^docs\/(tutorials|how-to|reference|explanation)\//.test(page))

  it.each(pages)('names %s', (page) => {
    expect(linked).toContain(page)
  })
})
