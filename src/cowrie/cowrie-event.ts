import type { CowrieEvent } from './log-batch.ts'

/** Values longer than this are nobody's address, session or sensor; Cowrie itself caps nothing. */
export const MAX_VALUE_CHARACTERS = 256

/** What one line of a log is. */
export type LogLine =
  | { readonly kind: 'event'; readonly event: CowrieEvent }
  /** JSON, but not an object with a text `eventid`. */
  | { readonly kind: 'other'; readonly isObject: boolean }
  | { readonly kind: 'blank' | 'unparsable' }

/**
 * Reads one line of Cowrie's JSON log, of any version (2.x puts `eventid` first, 3.x near the end; socketlog adds spaces).
 * @param line without its line feed; anything at all, it was written by attackers
 * @returns `undefined` when the line holds no JSON object with a text `eventid`; never throws
 */
export function parseEvent(line: string): CowrieEvent | undefined {
  const read = readLine(line)
  return read.kind === 'event' ? read.event : undefined
}

/**
 * Whether the event id without its last dotted part is the group, as the removed module counted.
 * `cowrie.login.failed` is in `cowrie.login`; `cowrie.session.file_download.failed` is not in `cowrie.session`.
 * @param group not empty
 */
export function isInGroup(eventid: string, group: string): boolean {
  const end = group.length
  return eventid.charCodeAt(end) === DOT && eventid.startsWith(group) && !eventid.includes('.', end + 1)
}

/** Says what one line is; never throws. */
export function readLine(line: string): LogLine {
  const text = trimPadding(line)
  if (text === '') return { kind: 'blank' }
  const value = parseJson(text)
  if (value === undefined) return { kind: 'unparsable' }
  if (typeof value !== 'object' || value === null) return { kind: 'other', isObject: false }
  const event = eventOf(value as Record<string, unknown>)
  return event === undefined ? { kind: 'other', isObject: !Array.isArray(value) } : { kind: 'event', event }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // not JSON: expected of a log that strangers write, and counted by the caller
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function eventOf(object: Record<string, unknown>): CowrieEvent | undefined {
  const eventid = textOf(object['eventid'])
  if (eventid === undefined) return undefined
  return {
    eventid,
    src_ip: textOf(object['src_ip']),
    timestampMs: parseTimestamp(object['timestamp']),
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_VALUE_CHARACTERS ? value : undefined
}

/** What Cowrie writes unless its `timezone` is set: always this long. */
const UTC_TIMESTAMP = /^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z$/
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?$/

/** Epoch milliseconds of `2026-11-24T03:00:08.793422Z`, or with the `timezone` setting `+0200` at its end. Without a zone it is UTC. */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value !== 'string' || value.length > 40) return undefined
  if (UTC_TIMESTAMP.test(value)) return parseUtcTimestamp(value)
  const zone = TIMESTAMP.exec(value)
  if (zone === null) return undefined
  const milliseconds = Date.parse(isoTime(value, zone[1]))
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}

/** Takes a day or an hour that does not exist for the one it would be, as `Date.UTC` does. */
function parseUtcTimestamp(text: string): number {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2)
  const milliseconds = twoDigits(text, 20) * 10 + twoDigits(text, 22) / 10
  return Date.UTC(
    year,
    twoDigits(text, 5) - 1,
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
    milliseconds,
  )
}

function twoDigits(text: string, start: number): number {
  return (text.charCodeAt(start) - ZERO) * 10 + text.charCodeAt(start + 1) - ZERO
}

function isoTime(time: string, zone: string | undefined): string {
  if (zone === undefined) return `${time}Z`
  return zone.length === 5 ? `${time.slice(0, -2)}:${time.slice(-2)}` : time
}

const DOT = 46
const ZERO = 48
const NUL = 0
const SPACE = 32
const BYTE_ORDER_MARK = 0xfeff

/**
 * Takes blanks and NUL bytes from both ends: a log that was cut while its writer went on at the old offset
 * has a hole before the next line, and so has one after a power cut.
 */
function trimPadding(line: string): string {
  let start = 0
  let end = line.length
  while (start < end && isPadding(line.charCodeAt(start))) start += 1
  while (end > start && isPadding(line.charCodeAt(end - 1))) end -= 1
  return start === 0 && end === line.length ? line : line.slice(start, end)
}

function isPadding(code: number): boolean {
  return code === NUL || code === SPACE || (code >= 9 && code <= 13) || code === BYTE_ORDER_MARK
}
