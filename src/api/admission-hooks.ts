import type { onRequestHookHandler } from 'fastify'

/** The hooks that let a request in, as options of a route. */
export interface AdmissionHooks {
  readonly onRequest: onRequestHookHandler[]
}
