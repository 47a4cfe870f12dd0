import fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { describeRequest, KEPT } from './describe-request.ts'

const KEY = 'tja_0123456789ABCDEFGHIJabcdefghijklmnop'
const describe_ = (texts: { uri?: string; userAgent?: string; body?: string }) =>
  describeRequest({
    uri: texts.uri ?? '',
    userAgent: texts.userAgent ?? '',
    body: texts.body === undefined ? undefined : Buffer.from(texts.body),
  })

it.each([
  [{ uri: `/v1/x?api_key=abc&a=1` }, { uri: '/v1/x?api_key=***&a=1' }],
  [{ uri: `/v1/token/${KEY}` }, { uri: '/v1/token/tja_***' }],
  [{ uri: `/v1/token/${KEY.replace('_', '%5F')}` }, { uri: '/v1/token/tja_***' }],
  [{ body: '{"Invitation" : "a\\"b", "x": 1}' }, { body: '{"Invitation" : "***", "x": 1}' }],
  [{ body: '{"new_password":"cut off' }, { body: '{"new_password":"***"' }],
  [{ body: '{"secret":12345}' }, { body: '{"secret":"***"}' }],
  [{ body: 'user=a&password=b c' }, { body: 'user=a&password=*** c' }],
  [{ userAgent: 'Authorization: Bearer abcdef' }, { userAgent: 'Authorization: Bearer ***' }],
  [{ body: '{"addresses":["8.8.8.8"],"tags":["A"]}' }, { body: '{"addresses":["8.8.8.8"],"tags":["A"]}' }],
])('%j is remembered as %j', (texts, expected) => {
  expect(describe_(texts)).toMatchObject(expected)
})

test('no text that holds a key gives any of it away, however it is cut', () => {
  const around = fc.string({ unit: 'binary', maxLength: 1200 })
  fc.assert(
    fc.property(around, around, (before, after) => {
      const text = `${before} ${KEY} ${after}`
      const described = describe_({ uri: text, userAgent: text, body: text })
      expect(JSON.stringify(described)).not.toContain(KEY.slice(0, 8))
    }),
  )
})

test('whatever a request holds, texts are well formed and within their bounds', () => {
  const bytes = fc.uint8Array({ maxLength: 2000 })
  fc.assert(
    fc.property(bytes, fc.string({ unit: 'binary', maxLength: 2000 }), (body, text) => {
      const described = describeRequest({ uri: text, userAgent: text, body })
      for (const field of ['uri', 'userAgent', 'body'] as const) {
        expect(described[field].length).toBeLessThanOrEqual(KEPT[field])
        expect(described[field].isWellFormed()).toBe(true)
      }
    }),
  )
})
