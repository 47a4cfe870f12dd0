import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { checkRequest } from '../contract/index.ts'
import { refuseFaults } from './refusal.ts'

/** Checks the query of a request by its schema. @throws Refusal 422 with all faults */
export function checkQuery<Schema extends z.ZodType>(
  request: Pick<FastifyRequest, 'query'>,
  schema: Schema,
): z.output<Schema> {
  const checked = checkRequest(schema, lastOfEach(request.query), 'query')
  if (checked.kind === 'invalid') throw refuseFaults(checked.faults)
  return checked.value
}

/** A parameter given more than once counts with its last value, as in FastAPI. */
function lastOfEach(query: unknown): Record<string, unknown> {
  const entries = Object.entries(query as Record<string, unknown>)
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value]),
  )
}
