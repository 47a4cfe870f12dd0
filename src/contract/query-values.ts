import { z } from 'zod'

/** Values below it are seconds, others milliseconds: the documents of Threat Jammer say both. */
const SMALLEST_MS_TIMESTAMP = 100_000_000_000

const MAX_PAGE_SIZE = 100

const INTEGER_TEXT = /^[+-]?[0-9]{1,15}$/

const IntegerText = z.string().transform((text, context): number => {
  if (INTEGER_TEXT.test(text)) return Number(text)
  context.issues.push({
    code: 'custom',
    message: 'value is not a valid integer',
    params: { type: 'type_error.integer' },
    input: text,
  })
  return 0
})

/** Epoch milliseconds of a time that may be in seconds. */
export function epochMsOf(value: number): number {
  return value < SMALLEST_MS_TIMESTAMP ? value * 1000 : value
}

/** Epoch milliseconds; smaller values are seconds. */
export const Timestamp = atLeast(
  0,
  'value_error.number.not_ge',
  'ensure this value is greater than or equal to 0',
).transform(epochMsOf)

/** Which part of a list is wanted. */
export const PageQuery = z.object({
  page: atLeast(1, 'value_error.number.not_ge', 'ensure this value is greater than or equal to 1').default(1),
  page_size: atLeast(5, 'value_error.number.not_ge', 'ensure this value is greater than or equal to 5')
    .refine((value) => value <= MAX_PAGE_SIZE, {
      error: `ensure this value is less than or equal to ${MAX_PAGE_SIZE}`,
      params: { type: 'value_error.number.not_le' },
    })
    .meta({ type: 'integer', minimum: 5, maximum: MAX_PAGE_SIZE })
    .default(20),
})

/** Query of `GET /v1/log/ip/ADDRESS`; as with the reported list, other things are checked elsewhere. */
export const LogQuery = z.object({ dataset: z.string().optional(), logged_after: Timestamp.optional() })

/** The text of an integer that is not smaller. */
export function atLeast(smallest: number, type: string, message: string) {
  return IntegerText.refine((value) => value >= smallest, { error: message, params: { type } }).meta({
    type: 'integer',
    minimum: smallest,
  })
}

/** What an enumeration says of another value. */
export function permitted(values: readonly string[]): string {
  return `value is not a valid enumeration member; permitted: ${values.join(', ')}`
}
