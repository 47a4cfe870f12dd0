import type { Activity } from './ports.ts'

/** Characters that are kept of each text. */
export const KEPT = { uri: 300, userAgent: 200, body: 200 } as const

/**
 * So much more than is kept is looked at: whatever begins in what is kept and tells that a secret follows, a key of 40
 * characters as well, is seen whole.
 */
const LOOKED_AHEAD = 200
const MOST_BYTES_A_CHARACTER = 4

/** A request as it came in. */
export interface NotedRequest
  extends Pick<Activity, 'accountId' | 'keyId' | 'atMs' | 'method' | 'status' | 'address' | 'receiptId'> {
  readonly uri: string
  readonly userAgent: string
  readonly body: Uint8Array | undefined
}

/** The texts of a request, cut and without secrets. */
export function describeRequest({
  uri,
  userAgent,
  body,
}: Pick<NotedRequest, 'uri' | 'userAgent' | 'body'>): Pick<Activity, 'uri' | 'userAgent' | 'body'> {
  return {
    uri: keep(uri, KEPT.uri),
    userAgent: keep(userAgent, KEPT.userAgent),
    body: body === undefined ? '' : keep(textOf(body), KEPT.body),
  }
}

function textOf(body: Uint8Array): string {
  const bytes = Math.min(body.byteLength, MOST_BYTES_A_CHARACTER * (KEPT.body + LOOKED_AHEAD))
  return Buffer.from(body.buffer, body.byteOffset, bytes).toString('utf8')
}

function keep(text: string, characters: number): string {
  return redact(text.slice(0, characters + LOOKED_AHEAD))
    .slice(0, characters)
    .toWellFormed()
}

const SECRET_NAME = '(?:token|secret|passw|passphrase|credential|authoriz|signature|key|invit)'
/** Bounded on both sides, so that no text makes looking for it slow. */
const NAME_PART = (characters: string) => `[^${characters}]{0,40}`

/** Most texts hold nothing of the kind, which is quickly seen. */
const MAY_HOLD_SECRETS = new RegExp(`tja|bearer|basic|digest|${SECRET_NAME}`, 'i')

const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/tja(?:_|%5f)[0-9a-z%]*/gi, 'tja_***'],
  [/\b(bearer|basic|digest)(\s|%20|\+)+[^\s"&]+/gi, '$1 ***'],
  // as a parameter of a query or a form
  [
    new RegExp(`(^|[?&;])(${NAME_PART('=&?;"')}${SECRET_NAME}${NAME_PART('=&?;"')})=[^&;#\\s]*`, 'gi'),
    '$1$2=***',
  ],
  // as a field of a JSON object, also one that is cut off
  [
    new RegExp(
      `("${NAME_PART('"')}${SECRET_NAME}${NAME_PART('"')}"\\s*:\\s*)("(?:[^"\\\\]|\\\\.)*"?|[^\\s,}\\]]+)`,
      'gi',
    ),
    '$1"***"',
  ],
]

/** Whoever reads the log of a key learns no secret that it did not know. */
function redact(text: string): string {
  if (!MAY_HOLD_SECRETS.test(text)) return text
  return SECRETS.reduce((redacted, [pattern, replacement]) => redacted.replace(pattern, replacement), text)
}
