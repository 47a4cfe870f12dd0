import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { ownContract } from '../support/held-answers.ts'

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

const read = async (path: string) => await api.ask('GET', path, { key: undefined })

describe('/docs', () => {
  it('shows every operation with a form, and every schema', async () => {
    const { status, text } = await read('/docs')
    expect(status).toBe(200)
    for (const [path, methods] of Object.entries(ownContract.document.paths)) {
      for (const [method, { operationId }] of Object.entries(methods)) {
        expect(text).toContain(`<details id="${operationId}">`)
        expect(text).toContain(`<form data-method="${method.toUpperCase()}" data-path="${path}">`)
      }
    }
    for (const name of Object.keys(ownContract.document.components.schemas)) {
      expect(text).toContain(`id="schema-${name}"`)
    }
  })

  it('links the pages of errors, which lead back', async () => {
    expect((await read('/docs')).text).toContain('href="/docs/errors"')
    expect((await read('/docs/errors/forbidden')).text).toContain('href="/docs"')
  })

  it('asks no other host for anything, and a browser would not let it', async () => {
    const { text, headers } = await read('/docs')
    const targets = [...text.matchAll(/(?:src|href|action)="([^"]*)"/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !/^(\/(?!\/)|#)/.test(target))).toEqual([])
    for (const path of ['/docs/page.js', '/docs/page.css']) {
      expect((await read(path)).text).not.toMatch(/https?:|\/\/\w|@import|url\(|eval|innerHTML/)
    }
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy.filter((part) => /\*|http|unsafe|data:/.test(part))).toEqual([])
    expect(text).not.toMatch(/ on\w+=|<style|style=|<script(?! src="\/docs\/page\.js" defer><\/script>)/)
  })

  it('keeps the other headers of every answer', async () => {
    const { headers } = await read('/docs')
    expect(headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' })
  })

  it('fills the forms with bodies that are taken', async () => {
    const { text } = await read('/docs')
    const [, encoded = ''] = /data-path="\/v1\/ip">.*?<textarea[^>]*>(.*?)<\/textarea>/s.exec(text) ?? []
    const body = encoded.replaceAll('&quot;', '"')
    expect(JSON.parse(body)).toEqual({ addresses: ['203.0.113.7'] })
  })
})
