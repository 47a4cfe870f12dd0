import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anchorOf, headingsOf, linksOf, listPages, REPOSITORY, readPage } from './markdown.ts'

describe('links in the documentation', () => {
  it.each(listPages())('of %s lead somewhere', (page) => {
    const dead = linksOf(readPage(page)).filter((target) => !isExternal(target) && !resolves(page, target))
    expect(dead).toEqual([])
  })

  it('are found in the spellings that Markdown has', () => {
    const text =
      '[a](one.md) ![b](<two.svg> "title") [c][ref]\n\n[ref]: three.md#part\n\n<img src="four.svg">'
    expect(linksOf(text)).toEqual(['one.md', 'two.svg', 'three.md#part', 'four.svg'])
  })

  it('are not looked for in code', () => {
    expect(linksOf('`[a](one.md)`\n\n```md\n[b](two.md)\n```\n')).toEqual([])
  })
})

function isExternal(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target)
}

function resolves(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path))
  if (!existsSync(join(REPOSITORY, file))) return false
  if (anchor === undefined || !file.endsWith('.md')) return true
  return headingsOf(readPage(file)).map(anchorOf).includes(anchor)
}
