import { z } from 'zod'
import { MAX_AGENT_ID_LENGTH, MAX_INSTANT_MS, MAX_LAST_ERROR_LENGTH } from './terms/index.ts'

/** Neither control nor format characters, line ends, lone surrogates nor unassigned ones. */
const PRINTABLE = /^[^\p{C}\p{Zl}\p{Zp}]+$/u

const NOT_TEXT = 'str type expected'
export const Count = z
  .int('value is not a valid integer')
  .min(0, 'ensure this value is greater than or equal to 0')
/** Epoch milliseconds; what no calendar holds would be a trap for whoever shows it. */
export const InstantMs = Count.max(MAX_INSTANT_MS, 'value is not a time in epoch milliseconds')

/** What a program calls itself, made once. */
export const OwnId = z
  .string(NOT_TEXT)
  .regex(
    new RegExp(`^[A-Za-z0-9._-]{1,${MAX_AGENT_ID_LENGTH}}$`),
    `value is not 1 to ${MAX_AGENT_ID_LENGTH} characters of A-Z a-z 0-9 . _ -`,
  )

/** Foreign text; `null`: all is well. */
export const LastError = z
  .string(NOT_TEXT)
  .max(MAX_LAST_ERROR_LENGTH, `ensure this value has at most ${MAX_LAST_ERROR_LENGTH} characters`)
  .nullable()

export function printable(maxLength: number) {
  return z
    .string(NOT_TEXT)
    .max(maxLength, `ensure this value has at most ${maxLength} characters`)
    .regex(PRINTABLE, 'value holds characters that cannot be printed, or none at all')
}
