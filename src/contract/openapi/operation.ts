import type { z } from 'zod'

/** What may be sent or answered: media types, and the schema of what is JSON. */
export interface Content {
  /** The name under which the schema stands in the document. */
  readonly name?: string
  readonly schema?: z.ZodType
  /** Besides JSON, or instead of it when there is no schema. */
  readonly others?: readonly string[]
}

/** One operation as `/openapi.json` describes it. */
export interface DocumentedOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for what is to be filled in. */
  readonly path: string
  readonly summary: string
  /** Any of them lets the key in; an empty list: any key does. Without it no key is needed. */
  readonly scopes?: readonly string[]
  readonly query?: z.ZodObject
  readonly body?: Content
  readonly isBodyOptional?: true
  /** Whether the header `Idempotency-Key` counts. */
  readonly isOnce?: true
  /** Whether `If-None-Match` counts: then it may be answered 304. */
  readonly isConditional?: true
  /** What the 2xx answer holds; without it nothing. */
  readonly answer?: Content
  /** Default 200 with an answer, else 202. */
  readonly status?: number
  /** Other statuses that hold the same as the 2xx answer. */
  readonly otherStatuses?: readonly number[]
}

/** A group of operations, under one heading of the page. */
export interface OperationGroup {
  readonly tag: string
  readonly description: string
  readonly operations: readonly DocumentedOperation[]
}
