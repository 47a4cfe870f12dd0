import type { Dispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiPlace, openApi } from '../support/api-place.ts'
import { CALLERS, type Caller, examplePath, readScopeMatrix } from '../support/scope-matrix.ts'

const matrix = readScopeMatrix()
let api: ApiPlace
const keyOf = new Map<Caller, string>()

beforeAll(async () => {
  api = await openApi()
  for (const caller of CALLERS) if (caller !== 'no key') keyOf.set(caller, await api.makeKey(caller))
})
afterAll(() => api.close())

describe('docs/reference/scopes.md', () => {
  it('has one row for each route of the server, and no other', () => {
    const routes = [...new Set(api.routes)]
    expect(matrix.map(({ route }) => route).toSorted()).toEqual(routes.toSorted())
  })

  it.each(matrix.map((row) => [row.route, row] as const))('is true of %s', async (route, { mayCall }) => {
    const [method, path = ''] = route.split(' ')
    const letIn: Caller[] = []
    for (const caller of CALLERS) {
      const key = keyOf.get(caller)
      const answer = await api.ask(method as Dispatcher.HttpMethod, examplePath(path, key), { key })
      const isStopped =
        answer.status === 401 || (answer.status === 403 && (method === 'HEAD' || needsScope(answer.text)))
      if (!isStopped) letIn.push(caller)
      expect(answer.status).not.toBe(405)
    }
    expect(letIn).toEqual(CALLERS.filter((caller) => mayCall.has(caller)))
  })
})

/** Other refusals with 403, such as that of a list which cannot be changed, come after the key was let in. */
function needsScope(text: string): boolean {
  return text.includes('/docs/errors/forbidden')
}
