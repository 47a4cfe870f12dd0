import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { REPOSITORY } from './markdown.ts'

const PAGE = /\bdocs\/[a-z-]+\/[\w-]+\.md\b/g

describe('the documentation pages that code names', () => {
  it('exist', () => {
    const files = globSync(
      ['{src,bin,scripts,bench}/**/*.{ts,js,mjs}', 'Dockerfile', '{deploy,examples}/**/*.{service,yaml}'],
      { cwd: REPOSITORY },
    )
    const named = files.flatMap((file) =>
      Array.from(readFileSync(join(REPOSITORY, file), 'utf8').matchAll(PAGE), ([page]) => page),
    )
    expect(named).not.toEqual([])
    expect(named.filter((page) => !existsSync(join(REPOSITORY, page)))).toEqual([])
  })
})
