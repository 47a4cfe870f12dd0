import {
  ERRORS,
  type ErrorBody,
  type ErrorSlug,
  errorBody,
  type Fault,
  type ValidationErrorBody,
} from '../contract/index.ts'

export type RefusalHeaders = Readonly<Record<string, string>>

/** An answer that is not 2xx, thrown where the fault is found and sent by the error handler. */
export class Refusal extends Error {
  readonly status: number
  readonly body: ErrorBody | ValidationErrorBody
  readonly headers: RefusalHeaders

  constructor(status: number, body: ErrorBody | ValidationErrorBody, headers: RefusalHeaders = {}) {
    super(typeof body.detail === 'string' ? body.detail : 'the request is not valid')
    this.name = 'Refusal'
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** A refusal of the given kind; `detail` tells the client what is wrong with its request. */
export function refuse(slug: ErrorSlug, detail: string, headers?: RefusalHeaders): Refusal {
  return new Refusal(ERRORS[slug].status, errorBody(slug, detail), headers)
}

/** A refusal of a request whose parts are not valid (422). */
export function refuseFaults(faults: readonly Fault[]): Refusal {
  return new Refusal(422, { detail: [...faults] })
}

const MAX_QUOTED = 100

/** The 404 of Threat Jammer's documents; a long value is cut. */
export function refuseUnknown(slug: ErrorSlug, value: string): Refusal {
  const quoted = value.length > MAX_QUOTED ? `${value.slice(0, MAX_QUOTED)}...` : value
  return refuse(slug, `'${quoted}' not found. Check the value for a typo or incorrect value.`)
}
