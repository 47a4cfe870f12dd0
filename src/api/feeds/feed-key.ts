import type { FastifyRequest } from 'fastify'
import type { KeyPlace } from '../authenticate.ts'
import { type BearerKey, bearerKeyOf } from '../bearer-key.ts'

const MISSING =
  'the key is missing: send it as the password of basic authentication, in the header "Authorization: Bearer KEY", or in the path as /feeds/KEY/NAME'

/**
 * In the path, or else in `Authorization`: firewalls know one or the other. A proxy in between may have the header for itself, so
 * that of the path goes first.
 */
export const FEED_KEY_PLACE: KeyPlace = {
  keyOf: feedKeyOf,
  // RFC 7617 section 2.1; who knows Basic alone asks for a user name and a password then
  challenge: 'Basic realm="honeyjam", charset="UTF-8", Bearer',
}

function feedKeyOf({ params, headers }: FastifyRequest): BearerKey {
  const { token } = params as { readonly token?: string }
  if (token !== undefined) return { kind: 'key', keyText: token }
  const { authorization } = headers
  if (authorization === undefined || authorization.trim() === '') return { kind: 'fault', detail: MISSING }
  const [, credentials] = /^\s*basic\s+([^\s]+)\s*$/i.exec(authorization) ?? []
  return credentials === undefined ? bearerKeyOf(authorization) : passwordOf(credentials)
}

/** The user name does not matter; where there is no password, it is the key (as in `curl -u KEY:`). */
function passwordOf(credentials: string): BearerKey {
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const password = colon < 0 ? '' : text.slice(colon + 1)
  const keyText = password === '' ? text.slice(0, Math.max(colon, 0)) : password
  return keyText === '' ? { kind: 'fault', detail: MISSING } : { kind: 'key', keyText }
}
