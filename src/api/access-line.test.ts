import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessLineOf } from './access-line.ts'

const KEY = `tja_${'aB3'.repeat(12)}`

const RECORD = { method: 'GET', url: '/', status: 200, durationMs: 1.26, bytes: 7, address: '192.0.2.1' }
const lineOf = (url: string) => JSON.stringify(accessLineOf({ ...RECORD, url, key: undefined }))
const pathOf = (url: string) => accessLineOf({ ...RECORD, url, key: undefined })['path']

describe('a line of the access log', () => {
  it('says who asked for what, and what became of it', () => {
    const key = { id: 3, name: 'firewall', account: 'default' }
    expect(accessLineOf({ ...RECORD, url: '/v1/denylist/reported/ip', key })).toEqual({
      method: 'GET',
      path: '/v1/denylist/reported/ip',
      status: 200,
      durationMs: 1.3,
      bytes: 7,
      client: '192.0.2.1',
      keyId: 3,
      keyName: 'firewall',
      account: 'default',
    })
  })

  it.each([
    ['/v1/token', '/v1/token'],
    ['/v1/token/activity?page=2', '/v1/token/activity?page=***'],
    ['/v1/token/anything', '/v1/token/***'],
    ['/feeds/plain.txt', '/feeds/plain.txt'],
    ['/feeds/nftables?limit=7', '/feeds/nftables?limit=***'],
    ['/feeds/some-secret/plain.txt', '/feeds/***/plain.txt'],
    ['/%66eeds/some-secret/nftables/', '/feeds/***/nftables/'],
    ['/feeds/some-secret/mistyped', '/feeds/***/***'],
    ['/feeds/some-secret/misp/manifest.json', '/feeds/***/misp/manifest.json'],
    ['/feeds/misp/some-event.json', '/feeds/misp/***'],
    ['/feeds/some-secret', '/feeds/***'],
    [`/v1/x/${KEY}/y`, '/v1/x/***/y'],
    ['/v1/x/tja_short', '/v1/x/***'],
    [`/v1/x?key=${KEY}&${KEY}&${KEY}=1`, '/v1/x?key=***&***&***=***'],
    ['/v1/assess/ip/2001%3Adb8%3A%3A1', '/v1/assess/ip/2001:db8::1'],
    ['/a%0d%0aINFO%1b%5b31m', '/a\\u{d}\\u{a}INFO\\u{1b}[31m'],
    ['/%E2%80%AEabc', '/\\u{202e}abc'],
    ['/%ff%', '/\ufffd%'],
  ])('of %s shows %s', (url, shown) => {
    expect(pathOf(url)).toBe(shown)
  })

  it('is bounded, however long the path is', () => {
    expect(lineOf(`/${'x'.repeat(15_000)}`).length).toBeLessThan(700)
  })

  it('never holds a key, wherever it stands in the address and however it is encoded', () => {
    const encode = (text: string, which: readonly boolean[], times: number): string => {
      if (times === 0) return text
      const once = text
        .split('')
        .map((letter, at) =>
          which[at % which.length] === true
            ? `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`
            : letter,
        )
      return encode(once.join(''), which, times - 1)
    }
    const secret = fc.string({
      unit: fc.constantFrom(...'abcXYZ0189'.split('')),
      minLength: 36,
      maxLength: 36,
    })
    const place = fc.constantFrom(
      (key: string) => `/v1/token/${key}`,
      (key: string) => `/feeds/${key}/plain.txt`,
      (key: string) => `/feeds/${key}`,
      (key: string) => `/feeds/plain.txt/${key}`,
      (key: string) => `/feeds/${key}/${key}/${key}?${key}`,
      // without its beginning it is still most of a key
      (key: string) => `/feeds/${key.replace('tja_', '')}/plain.txt`,
      (key: string) => `/feeds/x${key}/nothing`,
      (key: string) => `/v1/denylist/${key}`,
      (key: string) => `/${key}/x?y=1`,
      (key: string) => `/v1/ip?key=${key}`,
      (key: string) => `/v1/ip?${key}`,
      (key: string) => `/v1/ip?${key}=1`,
      (key: string) => `/v1/ip#${key}`,
      (key: string) => `/v1/ip?a=Bearer ${key}&b=2`,
      (key: string) => `/x${key}`,
    )
    const which = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(secret, place, which, fc.nat(3), (text, put, bits, times) => {
        const line = lineOf(put(encode(`tja_${text}`, bits, times)))
        expect(line).not.toContain(text)
        expect(line).not.toContain(text.slice(0, 8))
      }),
      { numRuns: 2000 },
    )
  })

  it('never holds a control character or the end of a line, whatever is sent', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webPath())
    fc.assert(
      fc.property(text, text, (url, name) => {
        const key = { id: 1, name, account: name }
        const fields = accessLineOf({ ...RECORD, url, method: name, key })
        expect(Object.values(fields).join(' ')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
      }),
      { numRuns: 2000 },
    )
  })
})
