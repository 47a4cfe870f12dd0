import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ERROR_PAGES_PATH,
  MANAGEMENT_PATHS,
  MAX_ADDRESSES,
  MAX_TAG_LENGTH,
  MAX_TAGS,
  MAX_TTL_SECONDS,
  OUTPUT_FORMATS,
  REPORT_PATHS,
  SCOPE_WORDS,
  SkipWord,
  TEST_PATH,
  USER_PATHS,
} from '../contract/index.ts'
import { CLOSE_GRACE_MS } from './api-server.ts'
import { HTTP_LIMITS } from './http-server.ts'

const pages = {
  report: page('report-api'),
  user: page('user-api'),
  management: page('management-api'),
}

function page(name: string): string {
  return readFileSync(`docs/reference/${name}.md`, 'utf8')
}

const seconds = (milliseconds: number) => `${milliseconds / 1000} s`
const grouped = (count: number) => count.toLocaleString('en')

describe('the reference pages', () => {
  it.each([
    ...[...Object.values(REPORT_PATHS), TEST_PATH].map((path) => ['report', path] as const),
    ...Object.values(USER_PATHS).map((path) => ['user', path] as const),
    ...Object.values(MANAGEMENT_PATHS).map((path) => ['management', path] as const),
  ])('name every path: %s API, %s', (name, path) => {
    expect(pages[name]).toMatch(new RegExp(`(GET|POST|DELETE) ${path}[\`/ ]`))
  })

  it('have the words and bounds of the contract', () => {
    for (const format of OUTPUT_FORMATS) expect(pages.user).toContain(`\`${format}\``)
    for (const scope of SCOPE_WORDS) expect(pages.management).toContain(`| \`${scope}\` |`)
    for (const reason of SkipWord.options) expect(pages.management).toContain(`| \`${reason}\` |`)
    expect(pages.report).toContain(`1 to ${grouped(MAX_ADDRESSES)} texts`)
    expect(pages.report).toContain(`1 to ${grouped(MAX_TTL_SECONDS)}`)
    expect(pages.report).toContain(`at most ${MAX_TAGS} of at most ${MAX_TAG_LENGTH} characters`)
    expect(pages.report).toContain(`"type": "${ERROR_PAGES_PATH}/`)
  })

  it('have the limits of a connection', () => {
    expect(pages.report).toContain(`16 KiB, and ${seconds(HTTP_LIMITS.headersTimeout)} to arrive`)
    expect(HTTP_LIMITS.maxHeaderSize).toBe(16 * 1024)
    expect(pages.report).toContain(`| whole request | ${seconds(HTTP_LIMITS.requestTimeout)} to arrive`)
    expect(pages.report).toContain(`takes nothing of its answer | ${seconds(HTTP_LIMITS.stalledTimeout)} |`)
    expect(pages.report).toContain(`idle between two requests | ${seconds(HTTP_LIMITS.keepAliveTimeout)} |`)
    expect(pages.report).toContain(`at the same time | ${grouped(HTTP_LIMITS.maxConnections)} |`)
    expect(pages.report).toContain(`when the service stops | ${seconds(CLOSE_GRACE_MS)} to end`)
  })
})
