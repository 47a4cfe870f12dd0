import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ErrorBody, REPORT_PATHS, USER_PATHS, ValidationErrorBody } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { sendRaw } from '../support/raw-http.ts'

const REQUESTS = 1000
const SEED = 20_261_124

let api: ApiPlace

beforeAll(async () => {
  api = await openApi()
})
afterAll(() => api.close())

/** The bytes of a request, given a valid key. */
type Garbage = (key: string) => Buffer

const anyPath = fc.constantFrom(
  ...Object.values(REPORT_PATHS),
  '/honeyjam/v1/ban',
  '/honeyjam/v1/allow',
  '/honeyjam/v1/keys',
)
const anyBytes = fc.uint8Array({ minLength: 8, maxLength: 3000 })
const anyDepth = fc.integer({ min: 1000, max: 200_000 })
const notAnInteger = fc.oneof(
  fc.constantFrom(
    '1e999',
    '-1e999',
    '1e-5',
    '9'.repeat(5000),
    `0.${'1'.repeat(5000)}`,
    '-0.5',
    'null',
    '[]',
    '{}',
  ),
  fc.string().map((text) => JSON.stringify(text)),
)
const notAnAddress = fc
  .oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.ipV4Extended().map((text) => `${text}:22`),
  )
  .filter((text) => !/^[0-9a-fA-F:.]*$/.test(text))

/** What a header may hold by the rules of HTTP, and some that it may not. */
const anyHeaderText = fc.oneof(
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc.constantFrom('\0', '\r', '\n', '\r\n ', '\t', 'chunked', '-1', '1e3', '0x10', 'x'.repeat(9000)),
)
const anyHeaderName = fc.oneof(
  fc.constantFrom(
    'content-type',
    'content-length',
    'transfer-encoding',
    'expect',
    'upgrade',
    'connection',
    'host',
  ),
  fc.constantFrom('authorization', 'content-encoding', 'idempotency-key', 'te', 'trailer', 'x-forwarded-for'),
  fc.string({ maxLength: 20 }),
)

const kinds: Record<string, fc.Arbitrary<Garbage>> = {
  'random bytes': anyBytes.map((bytes) => () => Buffer.from(bytes)),
  'random bytes for a body': fc
    .tuple(anyPath, anyBytes)
    .map(([path, bytes]) => post(path, Buffer.from(bytes))),
  'random JSON for a body': fc
    .tuple(anyPath, fc.jsonValue({ maxDepth: 5 }))
    .map(([path, value]) => post(path, JSON.stringify(value))),
  'addresses of any kind': fc
    .tuple(anyPath, fc.oneof(fc.jsonValue(), fc.array(notAnAddress, { minLength: 1 })))
    .filter(([path]) => path.startsWith('/v1/'))
    .map(([path, addresses]) => post(path, JSON.stringify({ addresses }))),
  'fields of any kind': fc
    .tuple(fc.constantFrom('ttl', 'type', 'tags', 'observed_at'), notAnInteger)
    .filter(([field, value]) => !(field === 'tags' && value === '[]'))
    .map(([field, value]) => post('/v1/ip', `{"addresses":["8.8.8.8"],"${field}":${value}}`)),
  'deep JSON': fc.tuple(anyPath, anyDepth, fc.constantFrom('[', '{"a":')).map(([path, depth, open]) => {
    const close = open === '[' ? ']' : '}'
    return post(path, `{"addresses":${open.repeat(depth)}1${close.repeat(depth)}}`)
  }),
  'deep JSON without end': fc.tuple(anyPath, anyDepth).map(([path, depth]) => post(path, '['.repeat(depth))),
  'names every object has': fc
    .tuple(anyPath, fc.constantFrom('__proto__', 'constructor', 'toString', 'addresses'))
    .map(([path, name]) => post(path, `{"${name}":{"addresses":["8.8.8.8"],"length":1}}`)),
  '2 MB': fc
    .tuple(anyPath, fc.constantFrom(' ', '[', '"', '\0', '1'))
    .map(([path, filling]) => post(path, filling.repeat(2_000_000))),
  'odd headers': fc
    .array(fc.tuple(anyHeaderName, anyHeaderText), { minLength: 1, maxLength: 8 })
    .map((headers) => () => {
      const lines = headers.map(([name, text]) => `${name}: ${text}\r\n`).join('')
      return Buffer.from(`POST /v1/ip HTTP/1.1\r\nhost: x\r\n${lines}\r\n{}`, 'latin1')
    }),
  'odd keys': anyHeaderText.map((text) => () => {
    return Buffer.from(
      `GET ${USER_PATHS.token} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${text}\r\n\r\n`,
      'latin1',
    )
  }),
  'odd queries': fc
    .tuple(
      fc.constantFrom('reported_after', 'expires_before', 'greater_than', 'less_than', 'output_format'),
      fc.string({ unit: 'binary' }).filter((text) => !/^[0-9+\s-]*$/.test(text)),
    )
    .map(([name, text]) => get(`${USER_PATHS.reported}?${name}=${encodeURIComponent(text)}x`)),
  'odd addresses in the path': notAnAddress.map((text) => {
    return get(`${USER_PATHS.reported}/${encodeURIComponent(text)}`)
  }),
  'odd paths': fc.string({ unit: 'binary-ascii', maxLength: 200 }).map((text) => get(`/%7e${text}`)),
}

function post(path: string, body: string | Buffer): Garbage {
  return (key) => {
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-length: ${Buffer.byteLength(body)}`
    return Buffer.concat([Buffer.from(`${head}\r\n\r\n`), Buffer.from(body)])
  }
}

function get(path: string): Garbage {
  return (key) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`, 'latin1')
}

it(`answers ${REQUESTS} requests of garbage with 4xx in its own words, and goes on (seed ${SEED})`, async () => {
  const anyGarbage = fc.oneof(
    ...Object.entries(kinds).map(([kind, garbage]) => garbage.map((bytesFor) => ({ kind, bytesFor }))),
  )
  const wrong: unknown[] = []
  for (const { kind, bytesFor } of fc.sample(anyGarbage, { numRuns: REQUESTS, seed: SEED })) {
    const bytes = bytesFor(api.adminKey)
    const answer = await sendRaw(api.port, bytes, { thenEnd: !isWhole(kind) })
    const status = answer?.status ?? 0
    const isOurs =
      status === 422 ? isBody(ValidationErrorBody, answer?.body) : isBody(ErrorBody, answer?.body)
    if (status < 400 || status > 499 || !isOurs) {
      wrong.push({ kind, status, body: answer?.body, bytes: bytes.toString('latin1').slice(0, 300) })
    }
  }
  expect(wrong).toEqual([])
  expect((await api.ask('GET', '/readyz')).status).toBe(200)
  expect((await api.ask('GET', `${USER_PATHS.reported}?output_format=PLAIN`)).text).toBe('')
  expect((await api.ask('POST', '/v1/ip', { body: { addresses: ['8.8.8.8'] } })).status).toBe(202)
})

/** What may lack an end is followed by the end of the connection, or it would be waited for. */
function isWhole(kind: string): boolean {
  return !['random bytes', 'odd headers', 'odd keys', 'odd paths'].includes(kind)
}

function isBody(schema: typeof ErrorBody | typeof ValidationErrorBody, text = ''): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
