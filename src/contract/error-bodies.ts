import { z } from 'zod'
import { ERRORS, type ErrorSlug } from './errors.ts'
import { ERROR_PAGES_PATH } from './terms/index.ts'

/** The body of every 4xx and 5xx answer but 422. */
export const ErrorBody = z.object({
  title: z.string(),
  detail: z.string(),
  /** Path of the page that explains the error; its last part is the slug. */
  type: z.string(),
})
export type ErrorBody = z.infer<typeof ErrorBody>

/** One fault of a request, as FastAPI writes it (`ValidationError` in the OpenAPI). */
export const Fault = z.object({
  /** Where: `body`, `query`, `path` or `header`, then names and indexes. */
  loc: z.array(z.union([z.string(), z.int()])),
  msg: z.string(),
  /** Kind of fault, in the words of pydantic 1: `value_error.missing`, `type_error.integer`, ... */
  type: z.string(),
})
export type Fault = z.infer<typeof Fault>

/** The body of every 422 answer (`HTTPValidationError` in the OpenAPI). */
export const ValidationErrorBody = z.object({ detail: z.array(Fault) })
export type ValidationErrorBody = z.infer<typeof ValidationErrorBody>

/** The body of a refusal; `detail` says what is wrong with this request. */
export function errorBody(slug: ErrorSlug, detail: string): ErrorBody {
  return { title: ERRORS[slug].title, detail, type: `${ERROR_PAGES_PATH}/${slug}` }
}
