import { z } from 'zod'

const NOT_WHOLE = 'value is not a valid integer'
/** An integer that JavaScript holds exactly. */
export const WholeNumber = z
  .number(NOT_WHOLE)
  .refine((value) => Number.isSafeInteger(value), {
    error: NOT_WHOLE,
    params: { type: 'type_error.integer' },
    abort: true,
  })
  .meta({ type: 'integer' })
