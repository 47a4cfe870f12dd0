import { z } from 'zod'
import { ErrorBody, ValidationErrorBody } from '../error-bodies.ts'
import { LATER_OPERATIONS } from '../later-operations.ts'
import { ACCOUNT_GROUP } from './account-operations.ts'
import { FEED_GROUP } from './feed-operations.ts'
import { LIST_GROUPS } from './list-operations.ts'
import { MANAGEMENT_GROUP } from './management-operations.ts'
import type { Content, DocumentedOperation, OperationGroup } from './operation.ts'
import { REPORT_GROUP } from './report-operations.ts'
import { SERVICE_GROUP } from './service-operations.ts'
import { TAXII_GROUP } from './taxii-operations.ts'
import { ASSESS_GROUP, DATA_GROUP, REPORTED_GROUP } from './user-operations.ts'

/** As much of an OpenAPI 3.1 document as we write. */
export interface OpenApi {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly securitySchemes: object
  }
}

export interface OpenApiOperation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters: readonly OpenApiParameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: MediaTypes }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: MediaTypes }>
  >
}

export interface OpenApiParameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: object
}

type MediaTypes = Readonly<Record<string, { readonly schema?: object }>>

const JSON_TYPE = 'application/json'

const GROUPS: readonly OperationGroup[] = [
  REPORT_GROUP,
  REPORTED_GROUP,
  ...LIST_GROUPS,
  ASSESS_GROUP,
  DATA_GROUP,
  MANAGEMENT_GROUP,
  FEED_GROUP,
  TAXII_GROUP,
  ACCOUNT_GROUP,
  SERVICE_GROUP,
]

/** Known, and answered 501 until there is what they need. */
const LATER_TAG = 'Not served'

/** Describes everything that is served, from the schemas that requests are checked by and answers are made by. */
export function createOpenApi(version: string): OpenApi {
  const schemas: Record<string, object> = {
    Error: jsonSchema(ErrorBody, 'output'),
    ValidationError: jsonSchema(ValidationErrorBody, 'output'),
  }
  const paths: Record<string, Record<string, OpenApiOperation>> = {}
  const add = (path: string, method: string, operation: OpenApiOperation) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation }
  }
  for (const { tag, operations } of GROUPS) {
    for (const operation of operations)
      add(operation.path, operation.method, describe(operation, tag, schemas))
  }
  for (const [method, path] of LATER_OPERATIONS) add(path, method, describeLater(method, path))
  const description =
    'The Report API and the User API as Threat Jammer had them, and the operations of honeyjam. Errors are explained at /docs/errors.'
  const tags = [
    ...GROUPS.map(({ tag: name, description: text }) => ({ name, description: text })),
    { name: LATER_TAG, description: 'Known operations of the User API that this service answers 501.' },
  ]
  const securitySchemes = { key: { type: 'http', scheme: 'bearer', description: 'A key, as tja_...' } }
  return {
    openapi: '3.1.0',
    info: { title: 'honeyjam', version, description },
    tags,
    paths,
    components: { schemas, securitySchemes },
  }
}

function describe(
  operation: DocumentedOperation,
  tag: string,
  schemas: Record<string, object>,
): OpenApiOperation {
  const { method, path, summary, scopes, body, answer } = operation
  const status = operation.status ?? (answer === undefined ? 202 : 200)
  const content = answer && mediaTypes(answer, 'output', schemas)
  const success = { description: 'Done', ...(content && { content }) }
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    summary,
    ...(scopes !== undefined && { description: describeScopes(scopes) }),
    security: scopes === undefined ? [] : [{ key: scopes }],
    parameters: [...pathParameters(path), ...queryParameters(operation.query), ...onceParameter(operation)],
    ...(body && {
      requestBody: {
        required: operation.isBodyOptional !== true,
        content: mediaTypes(body, 'input', schemas),
      },
    }),
    responses: {
      [status]: success,
      ...Object.fromEntries((operation.otherStatuses ?? []).map((other) => [other, success])),
      ...(operation.isConditional && { 304: { description: 'Nothing has changed' } }),
      ...(scopes !== undefined && { 401: refusal('The key is missing or not valid') }),
      ...(scopes !== undefined && scopes.length > 0 && { 403: refusal('The key does not have the scope') }),
      422: refusal('The request is not valid', 'ValidationError'),
      default: refusal('Refused; the body says why'),
    },
  }
}

function describeLater(method: string, path: string): OpenApiOperation {
  return {
    operationId: operationIdOf(method, path),
    tags: [LATER_TAG],
    summary: 'Not served here: answered 501',
    security: [{ key: [] }],
    parameters: pathParameters(path),
    responses: {
      401: refusal('The key is missing or not valid'),
      501: refusal('Not served here'),
      default: refusal('Refused; the body says why'),
    },
  }
}

function describeScopes(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'Any key will do.' : `The key needs the scope ${scopes.join(' or ')}.`
}

function refusal(description: string, schema = 'Error') {
  return { description, content: { [JSON_TYPE]: { schema: referTo(schema) } } }
}

function mediaTypes(
  { name, schema, others = [] }: Content,
  direction: 'input' | 'output',
  schemas: Record<string, object>,
): MediaTypes {
  const types: Record<string, { readonly schema?: object }> = {}
  if (schema !== undefined && name !== undefined) {
    schemas[name] ??= jsonSchema(schema, direction)
    types[JSON_TYPE] = { schema: referTo(name) }
  }
  for (const type of others) types[type] = type.startsWith('text/') ? { schema: { type: 'string' } } : {}
  return types
}

function referTo(name: string) {
  return { $ref: `#/components/schemas/${name}` }
}

function pathParameters(path: string): readonly OpenApiParameter[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map(([, name = '']) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } }
  })
}

function queryParameters(query: z.ZodObject | undefined): readonly OpenApiParameter[] {
  if (query === undefined) return []
  const { properties = {} } = jsonSchema(query, 'input') as { properties?: Record<string, object> }
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
}

function onceParameter({ isOnce }: DocumentedOperation): readonly OpenApiParameter[] {
  if (isOnce !== true) return []
  return [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string' } }]
}

function operationIdOf(method: string, path: string): string {
  return `${method.toLowerCase()}${path.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`
}

/** Bounds of every integer there is say nothing. */
const WITHOUT_MEANING = new Set([Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const made = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: each }) => {
      for (const bound of ['minimum', 'maximum'] as const) {
        if (WITHOUT_MEANING.has(each[bound] ?? 0)) delete each[bound]
      }
    },
  })
  delete made.$schema
  return made
}
