import { HoneyjamError } from '../../runtime/index.ts'

/** Whether the text names a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text)
}

/**
 * What of a store's URL may be shown: host, port and database; never the user, the password or the parameters.
 * @throws HoneyjamError CONFIG_INVALID it is no URL; the message does not repeat it
 */
export function describeStoreUrl(text: string): string {
  if (!URL.canParse(text) || !isPostgresUrl(text)) {
    throw new HoneyjamError(
      'CONFIG_INVALID',
      'the store is not a URL such as postgres://USER@HOST/DATABASE; a password with special characters must be percent-encoded',
    )
  }
  const { host, pathname, searchParams } = new URL(text)
  const where = host === '' ? (searchParams.get('host') ?? 'localhost') : host
  return `postgres://${where}${pathname}`
}

/** Whether the URL holds a password, which others may read where the URL stands on a command line. */
export function hasPassword(text: string): boolean {
  return URL.canParse(text) && (new URL(text).password !== '' || new URL(text).searchParams.has('password'))
}
