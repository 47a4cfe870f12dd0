/** As much of a JSON schema as an example needs. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly minimum?: number
}

/** Addresses that belong to nobody (RFC 5737). */
const EXAMPLE_TEXTS: Readonly<Record<string, string>> = { addresses: '203.0.113.7', ranges: '203.0.113.0/24' }

/** A value to begin with: what the schema demands, and nothing more. */
export function exampleOf(given: object, schemas: Readonly<Record<string, object>>, name = ''): unknown {
  const schema = given as Schema
  if (schema.$ref !== undefined) {
    const target = schema.$ref.replace(/^.*\//, '')
    return exampleOf(schemas[target] ?? {}, schemas, target === 'AddressBatch' ? 'addresses' : '')
  }
  if (schema.default !== undefined) return schema.default
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0] ?? {}, schemas, name)
  if (schema.properties !== undefined) {
    const { properties, required = Object.keys(properties) } = schema
    return Object.fromEntries(required.map((key) => [key, exampleOf(properties[key] ?? {}, schemas, key)]))
  }
  return simpleExample(schema, schemas, name)
}

function simpleExample(
  { type, items, minimum }: Schema,
  schemas: Readonly<Record<string, object>>,
  name: string,
): unknown {
  switch (Array.isArray(type) ? type[0] : type) {
    case 'array':
      return [exampleOf(items ?? {}, schemas, name)]
    case 'integer':
    case 'number':
      return minimum ?? 0
    case 'boolean':
      return false
    case 'string':
      return EXAMPLE_TEXTS[name] ?? 'EXAMPLE'
    default:
      return null
  }
}
