import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { headingsOf, linksOf, listPages, readPage } from './markdown.ts'

const INDEX = 'docs/decisions/README.md'
const decisions = listPages().filter((page) => /^docs\/decisions\/\d/.test(page))

describe('decisions', () => {
  it('are all in the index, once, in their order', () => {
    const indexed = linksOf(readPage(INDEX)).filter((target) => /^\d{4}-/.test(target))
    expect(indexed).toEqual(decisions.map((page) => basename(page)))
  })

  it('have numbers of their own', () => {
    const numbers = decisions.map((page) => basename(page).slice(0, 4))
    expect(numbers).toEqual([...new Set(numbers)])
  })

  it.each(decisions)('say what, why and what else there was: %s', (page) => {
    const headings = headingsOf(readPage(page)).map((heading) => heading.toLowerCase())
    expect(headings).toEqual(
      expect.arrayContaining(['context', 'decision', 'consequences', expect.stringContaining('reject')]),
    )
  })
})
