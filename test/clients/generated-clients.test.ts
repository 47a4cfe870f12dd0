import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LATER_OPERATIONS } from '../../src/contract/index.ts'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { heldToContract, publishedContract } from '../support/held-answers.ts'

/*
 * Clients that a generator made of the published contract (C++, JavaScript, Python, Nushell, Angular): each operation with what its
 * schema asks for. They take any 2xx and read its body by the schema of the 200; an empty one is nothing to read.
 */

let api: ApiPlace
const parts: Record<string, string> = {}

const NO_LIST = '00000000-0000-4000-8000-000000000000'
const LIST = { name: 'generated', description: '', resource_type: 'CIDR', tags: [] }

beforeAll(async () => {
  api = await openApi()
  await api.ask('POST', '/v1/ip', { body: { addresses: ['8.1.1.1', '8.1.1.2'] } })
  for (const [root, parameter] of [
    ['/v1/denylist', 'denylist_id'],
    ['/v1/allowlist', 'allowlist_id'],
  ] as const) {
    const { json } = await api.ask('POST', `${root}/private`, { body: { payload: LIST } })
    parts[`${root}/private {${parameter}}`] = json as string
    const { lists } = (await api.ask('GET', `${root}/public/all`)).json as { lists: { self: string }[] }
    parts[`${root}/public {${parameter}}`] = lists[0]?.self.split('/').at(-1) ?? NO_LIST
  }
})
afterAll(() => api.close())

const ask = heldToContract(() => api)
const LATER = new Set(LATER_OPERATIONS.map(([method, path]) => `${method} ${path}`))

const PARTS: Readonly<Record<string, string>> = {
  '{resource_type}': 'cidr',
  '{address}': '8.1.1.1',
  '{ip_address}': '8.1.1.1',
  '{name}': 'ABUSE',
  '{time_range}': '7D',
  '{source}': 'NONE',
}

function pathOf(template: string): string {
  const root = template.split('/').slice(0, 4).join('/')
  return template.replace(/\{[^}]+\}/g, (part) => parts[`${root} ${part}`] ?? PARTS[part] ?? '1')
}

const UPLOAD = ['--cut', 'content-disposition: form-data; name="csv_file"', '', '8.1.1.1', '--cut--', '']

function bodyOf(operation: string): { body?: unknown; headers?: Record<string, string> } {
  if (operation.endsWith('/csv')) {
    const headers = { 'content-type': 'multipart/form-data; boundary=cut' }
    return { body: UPLOAD.join('\r\n'), headers }
  }
  if (operation.startsWith('POST /v1/assess')) return { body: ['8.1.1.1'] }
  if (operation.startsWith('POST')) return { body: { payload: LIST } }
  if (operation.endsWith('/content')) return { body: { append: ['8.9.0.0/16'], remove: [] } }
  if (operation.endsWith('/origin')) return { body: { origin: 'https://www.example.org', status: 'ACTIVE' } }
  if (operation.includes('/public/')) return { body: { status: 'ACTIVE' } }
  return { body: { name: 'renamed' } }
}

const ORDER = [/^PUT .*}$/, /^PUT/, /^POST/, /^GET/, /^DELETE .*content$/, /^DELETE .*}$/, /^DELETE/]

/** Lists are switched on before their origins change, and nothing is asked for that is deleted. */
function inOrder(operations: readonly string[]): readonly string[] {
  const rank = (operation: string) => ORDER.findIndex((pattern) => pattern.test(operation))
  return operations.toSorted((left, right) => rank(left) - rank(right))
}

const MAKING = 'POST /v1/LIST/private'
const CHANGES = [
  'PUT /v1/LIST/private/{ID}',
  'PUT /v1/LIST/private/{ID}/content',
  'PUT /v1/LIST/private/{ID}/origin',
  'DELETE /v1/LIST/private/{ID}/content',
  'DELETE /v1/LIST/private/{ID}',
]
const CHOICES = ['PUT /v1/LIST/public/{ID}', 'PUT /v1/LIST/public/{ID}/origin', 'DELETE /v1/LIST/public/{ID}']
const of = (list: string, operations: readonly string[]) =>
  operations.map((operation) => operation.replace('LIST', list).replace('ID', `${list}_id`))

describe.skipIf(publishedContract === undefined)('a generated client', () => {
  it('is answered what its schema says, or with an empty 202 or 204 where the texts say so', async () => {
    const operations = publishedContract?.operations ?? []
    expect(operations).toHaveLength(97)
    const statuses: Record<number, string[]> = {}
    for (const operation of inOrder(operations.filter((each) => !LATER.has(each)))) {
      const [method = '', template = ''] = operation.split(' ')
      const request = method === 'PUT' || method === 'POST' ? bodyOf(operation) : {}
      const { status } = await ask(method, pathOf(template), request)
      statuses[status] = [...(statuses[status] ?? []), operation]
    }
    const { 200: _, 202: accepted = [], 204: gone = [], 404: absent = [], ...others } = statuses
    const changed = ['denylist', 'allowlist'].flatMap((list) => of(list, [MAKING, ...CHANGES]))
    expect(accepted.toSorted()).toEqual([...changed, ...of('denylist', CHOICES)].toSorted())
    expect(gone).toEqual([
      'DELETE /v1/denylist/reported/ip/{ip_address}',
      'DELETE /v1/denylist/reported/ip/all',
    ])
    // there is no public allowlist, no source and no change of a dataset
    expect(absent.toSorted()).toEqual(
      [
        ...of('allowlist', ['GET /v1/LIST/public/{ID}', ...CHOICES]),
        'GET /v1/log/ip/id/{logchange_id}',
        'GET /v1/source/ip/{source}',
        'GET /v1/source/ip/{source}/range/{time_range}',
      ].toSorted(),
    )
    expect(others).toEqual({})
  })

  it('is told in JSON of each operation that is not served', async () => {
    for (const [method, template] of LATER_OPERATIONS) {
      const { status, json } = await ask(method, pathOf(template))
      expect([status, json]).toMatchObject([501, { type: '/docs/errors/not-implemented' }])
    }
  })
})
