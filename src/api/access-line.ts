import { FEEDS_PATH } from '../contract/index.ts'
import { findFeed, MISP_FEEDS } from '../feed/decisions/index.ts'

/** What is known of a request once it is answered. */
export interface AccessRecord {
  readonly method: string
  /** As in the request line, with query. */
  readonly url: string
  readonly status: number
  readonly durationMs: number
  /** Sent to the client, headers included. */
  readonly bytes: number
  readonly address: string | undefined
  readonly key: { readonly id: number; readonly name: string; readonly account: string } | undefined
}

/** Longest path that is written; attackers choose it. */
const MAX_PATH_LENGTH = 500
/** What stands for something that is left out. */
const MASK = '***'
/** A path whose next part is a key, or may be one day: `GET /v1/token` says so of itself. */
const BEFORE_KEY = /^(\/v1\/token\/)(?!activity$)[^/]+/
/** Parts of paths below feeds that are no name of one. */
const FILES: ReadonlySet<string> = new Set(['misp', MISP_FEEDS.manifest.name, MISP_FEEDS.hashes.name])
/** Whatever begins as a key does, whole or mistyped. */
const KEY_LIKE = /tja[_-][^/]*/gi
/** Encoded more often than that it is nobody's mistake. */
const MAX_DECODINGS = 3

/**
 * The fields of one line of the access log. No key is in it: of the query only the names are there, whatever looks like a key in the path is
 * masked, and of the key in use only its number and name are told. Control characters are escaped.
 */
export function accessLineOf(record: AccessRecord): Readonly<Record<string, string | number>> {
  const { method, url, status, durationMs, bytes, address, key } = record
  return {
    method: visible(method),
    path: shownPathOf(url),
    status,
    durationMs: Math.round(durationMs * 10) / 10,
    bytes,
    client: address ?? 'unknown',
    ...(key !== undefined && { keyId: key.id, keyName: visible(key.name), account: visible(key.account) }),
  }
}

/** A path with its query, without anything that may be a key; see {@link accessLineOf}. */
export function shownPathOf(url: string): string {
  const [path = '', query] = split(url)
  const masked = maskFeed(decoded(path)).replace(BEFORE_KEY, `$1${MASK}`).replace(KEY_LIKE, MASK)
  const names = query === undefined ? '' : `?${namesOf(query)}`
  const text = visible(`${masked}${names}`)
  return text.length > MAX_PATH_LENGTH ? `${text.slice(0, MAX_PATH_LENGTH)}...` : text
}

/** Before the name of a feed there may be a key, also a mistyped one: what is no name of a feed is left out. */
function maskFeed(path: string): string {
  const start = `${FEEDS_PATH}/`
  if (!path.startsWith(start)) return path
  const parts = path.slice(start.length).split('/')
  return start + parts.map((part) => (isFeedName(part) ? part : MASK)).join('/')
}

function isFeedName(part: string): boolean {
  return part === '' || FILES.has(part) || findFeed(part) !== undefined
}

function split(url: string): readonly string[] {
  const at = url.search(/[?#]/)
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)]
}

/** Values may be anything, keys included. */
function namesOf(query: string): string {
  return query
    .split('&')
    .map((part) => {
      const at = part.indexOf('=')
      // a part without a value may be a value without a name
      return at < 0 ? MASK : `${decoded(part.slice(0, at)).replace(KEY_LIKE, MASK)}=${MASK}`
    })
    .join('&')
}

/** Also when it was encoded twice, so that a key does not hide behind it. */
function decoded(text: string): string {
  let now = text
  for (let times = 0; times < MAX_DECODINGS; times++) {
    const next = now.replace(/(?:%[0-9a-f]{2})+/gi, decodeOnce)
    if (next === now) return now
    now = next
  }
  return now
}

function decodeOnce(text: string): string {
  return new TextDecoder().decode(
    Uint8Array.from(text.match(/[0-9a-f]{2}/gi) ?? [], (pair) => Number.parseInt(pair, 16)),
  )
}

/** Control and format characters, line ends and lone surrogates as `\u{...}`. */
function visible(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}
