/** The three date forms of RFC 9110 section 5.6.7 start with the name of a day. */
const HTTP_DATE = /^(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?[, ]/

/**
 * How long a `Retry-After` field (RFC 9110 section 10.2.3) asks to wait.
 * @param value whole seconds or an HTTP date
 * @param nowMs epoch milliseconds by the answer's own `Date` if it has one: the two clocks need not agree
 * @returns milliseconds, 0 for a date that has passed; `undefined` when the field is missing or is neither
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? ''
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000
  const dateMs = parseHttpDate(text)
  return dateMs === undefined ? undefined : Math.max(0, dateMs - nowMs)
}

/** @returns epoch milliseconds, or `undefined` when `text` is not an HTTP date */
export function parseHttpDate(text: string): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(ms) ? undefined : ms
}
