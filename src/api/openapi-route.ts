import type { FastifyInstance } from 'fastify'
import { OPENAPI_PATH } from '../contract/index.ts'
import type { ApiContext } from './context.ts'

/** `GET /openapi.json`: made when it is first asked for, as most services never are. */
export function addOpenApiRoute(app: FastifyInstance, { settings: { version } }: ApiContext): void {
  let made: Promise<string> | undefined
  app.route({
    method: ['GET', 'HEAD'],
    url: OPENAPI_PATH,
    handler: async (_request, reply) => {
      made ??= makeText(version)
      return await reply.type('application/json; charset=utf-8').send(await made)
    },
  })
}

async function makeText(version: string): Promise<string> {
  const { createOpenApi } = await import('../contract/openapi/index.ts')
  return JSON.stringify(createOpenApi(version))
}
