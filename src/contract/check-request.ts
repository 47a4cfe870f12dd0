import type { z } from 'zod'
import type { Fault } from './error-bodies.ts'

/** What a request holds when it is valid, or all that is wrong with it. */
export type Checked<Value> =
  | { readonly kind: 'valid'; readonly value: Value }
  | { readonly kind: 'invalid'; readonly faults: readonly Fault[] }

/** Where a value stands in a request. */
export type RequestPart = 'body' | 'query' | 'path' | 'header'

/** A client that sends 10,000 wrong elements learns enough from the first ones. */
const MAX_FAULTS = 20

/**
 * Checks `value` and says of every fault (the first {@link MAX_FAULTS}) where it stands.
 * @param part the first element of each `loc`
 */
export function checkRequest<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  part: RequestPart,
): Checked<z.output<Schema>> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return { kind: 'valid', value: parsed.data }
  const faults = parsed.error.issues.slice(0, MAX_FAULTS).map((issue) => faultOf(issue, value, part))
  return { kind: 'invalid', faults }
}

type Issue = z.core.$ZodIssue

function faultOf(issue: Issue, value: unknown, part: RequestPart): Fault {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  const loc = [part, ...path]
  if (path.length > 0 && valueAt(value, path) === undefined) {
    return { loc, msg: 'field required', type: 'value_error.missing' }
  }
  return { loc, msg: issue.message, type: typeOf(issue) }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string | number, unknown>)[step]
        : undefined,
    value,
  )
}

/** The word pydantic 1 has for it; schemas with rules of their own say theirs in `params.type`. */
function typeOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `type_error.${TYPE_WORDS[issue.expected] ?? issue.expected}`
    case 'too_small':
      return SIZE_WORDS[issue.origin]?.tooSmall ?? 'value_error'
    case 'too_big':
      return SIZE_WORDS[issue.origin]?.tooBig ?? 'value_error'
    case 'invalid_value':
      return 'type_error.enum'
    case 'custom':
      return typeof issue.params?.['type'] === 'string' ? issue.params['type'] : 'value_error'
    default:
      return 'value_error'
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  array: 'list',
  object: 'dict',
  string: 'str',
  number: 'integer',
  int: 'integer',
}

const SIZE_WORDS: Readonly<Record<string, { readonly tooSmall: string; readonly tooBig: string }>> = {
  number: { tooSmall: 'value_error.number.not_ge', tooBig: 'value_error.number.not_le' },
  string: { tooSmall: 'value_error.any_str.min_length', tooBig: 'value_error.any_str.max_length' },
  array: { tooSmall: 'value_error.list.min_items', tooBig: 'value_error.list.max_items' },
}
