import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LATER_OPERATIONS } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { ownContract, publishedContract } from '../support/held-answers.ts'
import { addresses, FUZZ_PATIENCE_MS, FUZZ_RUNS, nonsenseOf, part } from '../support/hostile-calls.ts'

let api: ApiPlace
/** Lists there are, so that some requests reach what is behind a valid path. */
const lists: string[] = []

beforeAll(async () => {
  api = await openApi()
  for (const root of ['/v1/denylist', '/v1/allowlist']) {
    for (const kind of ['private', 'public']) {
      const { json } = await api.ask('GET', `${root}/${kind}/all`)
      lists.push(
        ...(json as { lists: { self: string }[] }).lists.map(({ self }) => self.split('/').at(-1) ?? ''),
      )
    }
  }
  await api.ask('POST', '/v1/ip', { body: { addresses: ['8.1.1.1', '2a00::1'] } })
  await api.ask('POST', '/v1/ip', { body: { addresses: [SECRET_ADDRESS], tags: [SECRET_TAG] } })
  for (const path of ['/v1/denylist/private', '/v1/allowlist/private']) {
    const list = { name: SECRET_TAG, description: SECRET_TAG, resource_type: 'CIDR', tags: [SECRET_TAG] }
    const { json } = await api.ask('POST', path, { body: list })
    lists.push(json as string)
    await api.ask('PUT', `${path}/${json as string}/content`, { body: { append: SECRET_RANGES } })
  }
})
afterAll(() => api.close())

/** What the first account has and no answer to another may hold. */
const SECRET_ADDRESS = '8.200.100.50'
const SECRET_TAG = 'ONLY-FOR-THE-FIRST'
const SECRET_RANGES = ['8.201.101.0/24', '8.1.1.0/24', '2a00::/32']

const LATER = new Set(LATER_OPERATIONS.map(([method, path]) => `${method} ${path}`))

const FIELDS = [
  'payload',
  'name',
  'description',
  'resource_type',
  'tags',
  'ttl',
  'expiry',
  'append',
  'remove',
  'origin',
  'status',
  'addresses',
]
const goodList = fc.record({
  name: fc.string({ minLength: 1, maxLength: 20 }),
  description: fc.string({ maxLength: 20 }),
  resource_type: fc.constantFrom('CIDR', 'AS', 'COUNTRY', 'USERAGENT', 'X'),
  tags: fc.array(fc.constantFrom('A', 'B-C', 'b'), { maxLength: 3 }),
  ttl: fc.oneof(fc.integer(), fc.constantFrom(1, 60, null)),
})
const goodContent = fc.record({
  append: fc.array(addresses, { maxLength: 3 }),
  remove: fc.array(addresses, { maxLength: 2 }),
})
const goodOrigin = fc.record({
  origin: fc.webUrl(),
  status: fc.constantFrom('ACTIVE', 'INACTIVE', 'DELETED'),
})
const goodChoice = fc.record({ status: fc.constantFrom('ACTIVE', 'INACTIVE') })
const goodBatch = fc.uniqueArray(addresses, { minLength: 1, maxLength: 4 })
const nonsense = nonsenseOf(FIELDS)

/** Half of the bodies are such as the operation takes. */
function bodiesOf(template: string): fc.Arbitrary<unknown> {
  if (template.endsWith('/content')) return fc.oneof(goodContent, nonsense)
  if (template.endsWith('/origin')) return fc.oneof(goodOrigin, nonsense)
  if (template.startsWith('/v1/assess')) return fc.oneof(goodBatch, nonsense)
  if (template.includes('/public/')) return fc.oneof(goodChoice, nonsense)
  return fc.oneof(
    goodList,
    goodList.map((payload) => ({ payload })),
    nonsense,
  )
}

const QUERY = [
  'dataset',
  'reported_before',
  'reported_after',
  'expires_before',
  'greater_than',
  'less_than',
  'ip_protocol_version',
  'output_format',
  'page',
  'page_size',
  'strict_parse',
  'logged_after',
]
const queries = fc.array(fc.tuple(fc.constantFrom(...QUERY), part), { maxLength: 3 })

function pathOf(
  template: string,
  parts: readonly string[],
  query: readonly (readonly [string, string])[],
): string {
  let at = 0
  const path = template.replace(/\{[^}]+\}/g, () => {
    const text = parts[at++] ?? ''
    const list = /^list ([0-9])$/.exec(text)?.[1]
    return encodeURIComponent(
      (list === undefined ? text : (lists[Number(list) % lists.length] ?? '')).toWellFormed(),
    )
  })
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&')
  return search === '' ? path : `${path}?${search}`
}

describe.skipIf(publishedContract === undefined)(
  'the operations of the published contract',
  { timeout: FUZZ_PATIENCE_MS },
  () => {
    const operations = (publishedContract?.operations ?? ['GET /v1/token']).filter((each) => !LATER.has(each))

    const calls = fc.constantFrom(...operations).chain((operation) => {
      const [method = '', template = ''] = operation.split(' ')
      return fc.record({
        method: fc.constant(method),
        path: fc
          .tuple(fc.array(part, { minLength: 2, maxLength: 2 }), queries)
          .map(([parts, query]) => pathOf(template, parts, query)),
        body: method === 'POST' || method === 'PUT' ? bodiesOf(template) : fc.constant(undefined),
      })
    })

    // first: the other one may delete what the first account has
    it('tell another account nothing of the first, and change nothing of it', async () => {
      const key = api.otherKey
      const secret = async () => {
        const texts = []
        for (const list of lists) texts.push((await api.ask('GET', `/v1/denylist/private/${list}`)).text)
        return [...texts, (await api.ask('GET', `/v1/denylist/reported/ip/${SECRET_ADDRESS}`)).text]
      }
      const before = await secret()
      await fc.assert(
        fc.asyncProperty(calls, async ({ method, path, body }) => {
          const { text } = await api.ask(method, path, { body, key })
          expect(text).not.toContain(SECRET_TAG)
          fc.pre(!path.includes(SECRET_ADDRESS))
          expect(text).not.toContain(SECRET_ADDRESS)
        }),
        { numRuns: FUZZ_RUNS },
      )
      expect(await secret()).toEqual(before)
    })

    it('answer whatever is sent with what the contract knows, and never fail', async () => {
      await fc.assert(
        fc.asyncProperty(calls, async ({ method, path, body }) => {
          const answer = await api.ask(method, path, { body })
          expect(answer.status).toBeLessThan(500)
          // an empty part or a dot makes another path
          const isKnown = ownContract.operationOf(method, path) !== undefined
          expect(isKnown ? ownContract.faultsOf(method, path, answer) : []).toEqual([])
          // here too; and formats other than JSON have no schema
          fc.pre(answer.json !== undefined && publishedContract?.templateOf(method, path) !== undefined)
          expect(publishedContract?.faultsOf(method, path, answer)).toEqual([])
        }),
        { numRuns: FUZZ_RUNS },
      )
    })
  },
)
