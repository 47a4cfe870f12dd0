/** The key of a request, or what is wrong with its `Authorization` header. */
export type BearerKey =
  | { readonly kind: 'key'; readonly keyText: string }
  | { readonly kind: 'fault'; readonly detail: string }

const EXPECTED = 'send the header "Authorization: Bearer KEY"'

/**
 * Takes the key out of the value of `Authorization` (RFC 6750 section 2.1; the scheme's case does not matter).
 * A fault names the missing prefix, as the documents of Threat Jammer promise.
 */
export function bearerKeyOf(authorization: string | undefined): BearerKey {
  const text = authorization?.trim() ?? ''
  if (text === '') return fault('the Authorization header is missing')
  const space = text.indexOf(' ')
  const scheme = space < 0 ? text : text.slice(0, space)
  if (scheme.toLowerCase() !== 'bearer') return fault('the prefix "Bearer" is missing before the key')
  const keyText = text.slice(scheme.length).trim()
  return keyText === '' ? fault('there is no key behind "Bearer"') : { kind: 'key', keyText }
}

function fault(reason: string): BearerKey {
  return { kind: 'fault', detail: `${reason}: ${EXPECTED}` }
}
