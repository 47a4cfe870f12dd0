import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { createOpenApi, type OpenApi, type OpenApiOperation } from '../../src/contract/openapi/index.ts'
import type { Answer } from './api-place.ts'

const JSON_TYPE = 'application/json'

/** Holds answers to the document of the service itself. */
export class OwnContractChecker {
  readonly document: OpenApi
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  readonly #validators = new Map<string, ValidateFunction>()

  /** Those with the most fixed parts first. */
  readonly #templates: readonly {
    readonly parts: readonly string[]
    readonly methods: OpenApi['paths'][string]
  }[]

  constructor() {
    this.document = createOpenApi('0.0.0-test')
    this.#ajv.addSchema({ $id: 'own', components: this.document.components })
    this.#templates = Object.entries(this.document.paths)
      .toSorted(([left], [right]) => left.split('{').length - right.split('{').length)
      .map(([path, methods]) => ({ parts: path.split('/'), methods }))
  }

  /** Operations as `GET /v1/denylist/private/{id}`. */
  get operations(): readonly string[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
  }

  /** The operation that a request is for, by the path with the most fixed parts. */
  operationOf(method: string, path: string): OpenApiOperation | undefined {
    const segments = (path.split('?', 1)[0] ?? '').replace(/(.)\/$/, '$1').split('/')
    const fitting = this.#templates.find(({ parts, methods }) => {
      return (
        parts.length === segments.length &&
        methods[method.toLowerCase()] !== undefined &&
        parts.every((part, at) => (part.startsWith('{') ? segments[at] !== '' : part === segments[at]))
      )
    })
    return fitting?.methods[method.toLowerCase()]
  }

  /** What is wrong with an answer to a request for an operation there is. */
  faultsOf(method: string, path: string, { status, headers, text, json }: Answer): readonly string[] {
    const operation = this.operationOf(method, path)
    if (operation === undefined) return [`${method} ${path} is in no operation of the document`]
    const where = `${method} ${path}: ${status} ${text.slice(0, 300)}`
    const fallback = status >= 400 ? operation.responses['default'] : undefined
    const response = operation.responses[status] ?? fallback
    if (response === undefined) return [`${where}: the status is not in the document`]
    if (response.content === undefined)
      return text === '' ? [] : [`${where}: a body that is not in the document`]
    const mediaType = String(headers['content-type']).split(';', 1)[0] ?? ''
    const content = response.content[mediaType]
    if (content === undefined) return [`${where}: ${mediaType} is not in the document`]
    if (mediaType !== JSON_TYPE || content.schema === undefined) return []
    return this.#validate(content.schema, json).map((fault) => `${where}: ${fault}`)
  }

  #validate(schema: object, value: unknown): readonly string[] {
    const text = JSON.stringify(schema).replaceAll('"#/', '"own#/')
    const validate = this.#validators.get(text) ?? this.#ajv.compile(JSON.parse(text) as object)
    this.#validators.set(text, validate)
    if (validate(value)) return []
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}
