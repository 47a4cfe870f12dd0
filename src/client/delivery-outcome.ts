import { quoteForeignText } from './bounded-text.ts'
import { singleField } from './header-field.ts'
import { parseHttpDate, parseRetryAfter } from './retry-after.ts'

/** What became of one report. Only `accepted` says that it was taken, only `refused` and `limited` that it was not. */
export type DeliveryOutcome =
  | {
      readonly kind: 'accepted'
      /** Where the service says what became of each address, if it says so. */
      readonly receiptPath: string | undefined
    }
  | {
      /** 429: not taken, too many requests. */
      readonly kind: 'limited'
      readonly reason: string
      readonly retryAfterMs: number | undefined
    }
  | {
      /** Another 4xx, a 429 for wrong keys, or a redirect: not taken, and the same report will hardly be taken later. */
      readonly kind: 'refused'
      readonly status: number
      readonly reason: string
    }
  | {
      /** 5xx, a wrong 2xx, no answer. */
      readonly kind: 'failed'
      /** Whether the service may have it all the same, so that it must be sent again with the same idempotency key. */
      readonly mayBeTaken: boolean
      /** `undefined` when no answer came. */
      readonly status: number | undefined
      readonly reason: string
      readonly retryAfterMs: number | undefined
    }

/** The parts of an answer that decide its outcome. */
export interface ReportAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly bodyText: string
}

/** Longest reason that is kept of an answer, in characters. */
const MAX_REASON = 500
/** 4xx that speak of this moment and not of the report: it is not sure that the service left it out. */
const PASSING_STATUSES = new Set([408, 409, 425])

/** How our own service says, with a 429, that the key is not valid: waiting does not help, and a valid one works at once. */
const WRONG_KEYS_PAGE = '/docs/errors/too-many-wrong-keys'

/** Whether the service slows down whoever sends wrong keys from here, which is no limit of a valid one. */
export function saysWrongKeys({ status, bodyText }: Pick<ReportAnswer, 'status' | 'bodyText'>): boolean {
  return status === 429 && bodyText.includes(WRONG_KEYS_PAGE)
}

/** @param nowMs epoch milliseconds of the answer's arrival */
export function outcomeOf(answer: ReportAnswer, nowMs: number): DeliveryOutcome {
  const { status, headers, bodyText } = answer
  if (status === 202) return { kind: 'accepted', receiptPath: receiptPathOf(headers) }
  const reason = quoteForeignText(bodyText, MAX_REASON)
  const answeredAtMs = parseHttpDate(singleField(headers['date']) ?? '') ?? nowMs
  const retryAfterMs = parseRetryAfter(singleField(headers['retry-after']), answeredAtMs)
  if (status === 429 && !saysWrongKeys(answer)) return { kind: 'limited', reason, retryAfterMs }
  if (status >= 300 && status < 500 && !PASSING_STATUSES.has(status)) {
    return { kind: 'refused', status, reason: reasonOfRefusal(status, headers, reason) }
  }
  return { kind: 'failed', mayBeTaken: true, status, reason, retryAfterMs }
}

/** Outcome of a request to which no whole answer came. */
export function outcomeOfError(error: unknown): DeliveryOutcome {
  const mayBeTaken = !isBeforeSending(error)
  return {
    kind: 'failed',
    mayBeTaken,
    status: undefined,
    reason: describeError(error),
    retryAfterMs: undefined,
  }
}

/** Whether no connection came about, so that nothing was sent. */
function isBeforeSending(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isBeforeSending)
  if (!(error instanceof Error)) return false
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT'
}

/** Says in one line what broke a connection; the code first, as it is what people search for. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return quoteForeignText(String(error), MAX_REASON)
  const parts = error instanceof AggregateError && error.message === '' ? error.errors : [error]
  return quoteForeignText(parts.map(nameError).join('; '), MAX_REASON)
}

function nameError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return error.message.includes(code) ? error.message : `${code}: ${error.message}`
}

function receiptPathOf(headers: ReportAnswer['headers']): string | undefined {
  const location = singleField(headers['location'])
  return location === undefined ? undefined : quoteForeignText(location, MAX_REASON)
}

function reasonOfRefusal(status: number, headers: ReportAnswer['headers'], reason: string): string {
  const location = singleField(headers['location'])
  if (status >= 400 || location === undefined) return reason
  return `redirected to ${quoteForeignText(location, MAX_REASON)}`
}
