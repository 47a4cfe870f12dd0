import type { FastifyInstance } from 'fastify'
import { TIME_RANGES, USER_PATHS } from '../../contract/index.ts'
import type { AdmissionHooks } from '../admission-hooks.ts'
import { refuseFaults, refuseUnknown } from '../refusal.ts'
import { checkNaming } from './check-naming.ts'

interface SourceRoute {
  readonly Params: { readonly source: string; readonly time_range: string }
}

/** `GET /v1/source/ip...`: the feeds that datasets come from; there are none yet. */
export function addSourceRoutes(app: FastifyInstance, reading: AdmissionHooks): void {
  app.get(USER_PATHS.sources, reading, () => ({ self: USER_PATHS.sources, sources: [] }))
  app.get<SourceRoute>(`${USER_PATHS.sources}/:source`, reading, ({ params: { source } }) => {
    checkNaming('source', source)
    throw refuseUnknown('resource-not-found', source)
  })
  app.get<SourceRoute>(`${USER_PATHS.sources}/:source/range/:time_range`, reading, ({ params }) => {
    checkNaming('source', params.source)
    checkTimeRange(params.time_range)
    throw refuseUnknown('resource-not-found', params.source)
  })
}

function checkTimeRange(text: string): void {
  if (TIME_RANGES.some((range) => range === text)) return
  const msg = `value is not a valid enumeration member; permitted: ${TIME_RANGES.join(', ')}`
  throw refuseFaults([{ loc: ['path', 'time_range'], msg, type: 'type_error.enum' }])
}
