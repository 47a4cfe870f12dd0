import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FEEDS } from '../../src/feed/decisions/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { ownContract } from '../support/held-answers.ts'
import { addresses, FUZZ_PATIENCE_MS, FUZZ_RUNS, nonsenseOf, part } from '../support/hostile-calls.ts'

let api: ApiPlace
/** Keys and accounts that may be ended, so that the one that asks stays. */
const spare: string[] = []

beforeAll(async () => {
  api = await openApi({ signUp: 'open' })
  await api.ask('POST', '/honeyjam/v1/accounts', { body: { name: SPARE } })
  for (let count = 0; count < 30; count++) {
    const body = { name: `spare ${count}`, scopes: ['report'] }
    const { json } = await api.ask('POST', '/honeyjam/v1/keys', { body })
    spare.push(String((json as { id: number }).id))
  }
})
afterAll(() => api.close())

const SPARE = 'spare-account'

/** The operations that Threat Jammer's User API does not have. */
const OPERATIONS = ownContract.operations.filter((operation) => !/ \/v1\/(?!ip$|unban|false)/.test(operation))

const FIELDS = [
  'addresses',
  'ttl',
  'type',
  'tags',
  'observed_at',
  'ranges',
  'name',
  'scopes',
  'networks',
  'overlap',
  'plan',
  'disabled',
  'key',
  'uses',
  'invitation',
  'sensor',
  'targets',
]
const nonsense = nonsenseOf(FIELDS)
const some = fc.array(addresses, { minLength: 1, maxLength: 3 })
const key = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 20 }),
    scopes: fc.constantFrom(['report'], ['read', 'manage'], ['admin'], [], ['x']),
    ttl: fc.integer({ min: -1, max: 1_000 }),
    networks: some,
  },
  { requiredKeys: ['name', 'scopes'] },
)
const report = fc.record(
  {
    addresses: some,
    ttl: fc.integer({ min: -1, max: 100_000 }),
    type: fc.constantFrom('ABUSE', 'TOR', 'abuse'),
    tags: fc.constantFrom(['A'], ['a b'], []),
    observed_at: fc.oneof(fc.integer(), fc.array(fc.integer(), { maxLength: 3 })),
  },
  { requiredKeys: ['addresses'] },
)

function bodiesOf(template: string): fc.Arbitrary<unknown> {
  if (template.endsWith('/keys')) return fc.oneof(key, nonsense)
  if (template.endsWith('/rotate')) return fc.oneof(fc.record({ overlap: fc.integer() }), nonsense)
  if (template.endsWith('/accounts')) {
    const names = fc.constantFrom('one', 'two', SPARE, '', 'not a name')
    return fc.oneof(fc.record({ name: names, key }, { requiredKeys: ['name'] }), nonsense)
  }
  if (template.endsWith('/sign-up')) {
    const names = fc.constantFrom('one', 'three', 'not a name')
    return fc.oneof(fc.record({ name: names, invitation: part }, { requiredKeys: ['name'] }), nonsense)
  }
  if (template.endsWith('/invitations')) {
    const details = { plan: fc.constantFrom('FREE', 'NONE'), uses: fc.integer(), ttl: fc.integer() }
    return fc.oneof(fc.record(details, { requiredKeys: [] }), nonsense)
  }
  if (template.endsWith('/{account}')) {
    const plans = fc.constantFrom('FREE', 'UNLIMITED', 'NONE')
    return fc.oneof(fc.record({ plan: plans, disabled: fc.boolean() }, { requiredKeys: [] }), nonsense)
  }
  if (template.endsWith('/allow')) return fc.oneof(fc.record({ ranges: some }), nonsense)
  if (template.endsWith('/disallow')) return fc.oneof(fc.record({ ranges: some }), nonsense)
  return fc.oneof(report, nonsense)
}

const QUERY = ['since', 'checksum', 'page', 'page_size', 'limit', 'families', 'name', 'x']
const queries = fc.array(fc.tuple(fc.constantFrom(...QUERY), part), { maxLength: 2 })
const idempotencyKeys = fc.constantFrom(undefined, undefined, 'again', 'and-again', 'not one')

/** An account or a key that is there stands in every second path. */
function pathOf(template: string, parts: readonly string[], number: number): string {
  let at = 0
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const text = parts[at++] ?? ''
    if (number % 3 > 0 && template.startsWith('/feeds/'))
      return name === 'token' ? api.adminKey : (FEEDS[number % FEEDS.length]?.name ?? '')
    const known = name === 'account' ? SPARE : spare[number % spare.length]
    // the numbers of the keys that ask here are not for chance
    return encodeURIComponent((number % 2 === 0 || /^\d+$/.test(text) ? (known ?? '') : text).toWellFormed())
  })
}

describe("the Report API and the service's own operations", { timeout: FUZZ_PATIENCE_MS }, () => {
  const calls = fc.constantFrom(...OPERATIONS).chain((operation) => {
    const [method = '', template = ''] = operation.split(' ')
    return fc.record({
      method: fc.constant(method),
      path: fc
        .tuple(fc.array(part, { minLength: 2, maxLength: 2 }), fc.nat(), queries)
        .map(([parts, number, query]) => {
          const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`)
          return `${pathOf(template, parts, number)}?${search.join('&')}`
        }),
      body: method === 'GET' || method === 'DELETE' ? fc.constant(undefined) : bodiesOf(template),
      idempotencyKey: idempotencyKeys,
    })
  })

  it('answer whatever is sent with what the document says, and never fail', async () => {
    expect(OPERATIONS).toEqual(expect.arrayContaining(['POST /v1/ip', 'GET /honeyjam/v1/decisions']))
    await fc.assert(
      fc.asyncProperty(calls, async ({ method, path, body, idempotencyKey }) => {
        const headers = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }
        const answer = await api.ask(method, path, { body, headers })
        expect(answer.status).toBeLessThan(500)
        // an empty part or a dot makes another path
        fc.pre(ownContract.operationOf(method, path) !== undefined)
        expect(ownContract.faultsOf(method, path, answer)).toEqual([])
      }),
      { numRuns: FUZZ_RUNS },
    )
    // it was not shut out on the way
    expect((await api.ask('GET', '/honeyjam/v1/accounts')).status).toBe(200)
  })
})
