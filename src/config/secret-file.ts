import { type ConfigFault, configInvalid } from './config-fault.ts'
import { type BoundedFile, readBounded } from './read-bounded.ts'

/** A secret and how well its file keeps it. */
export interface SecretFile {
  readonly secret: string
  /** Whether others may read it who need not: worth a warning, not a refusal. */
  readonly isReadableByOthers: boolean
}

const MAX_SECRET_BYTES = 4096
const READABLE_BY_GROUP = 0o040
const READABLE_BY_ALL = 0o004

/**
 * Reads a file that holds one secret and nothing else; one newline at its end does not count.
 * @throws HoneyjamError CONFIG_UNREADABLE when it is missing, may not be read or is larger than 4 KiB;
 * CONFIG_INVALID when it is empty or not UTF-8. The secret is in neither message.
 */
export function readSecretFile(path: string): SecretFile {
  const { bytes, ...access } = readBounded(path, MAX_SECRET_BYTES)
  const secret = decode(bytes, path).replace(/\r?\n$/, '')
  if (secret === '') throw configInvalid([emptyFault(path)])
  return { secret, isReadableByOthers: isReadableByOthers(access, process.getuid?.()) }
}

/**
 * A file of another user reaches this one through its group or an access list, whose mask stands where the group's bits do:
 * so it is with the credentials of systemd (root's, mode 0440), and taking the bit away would take the secret away.
 * @param ownUid user of this process; `undefined` where the system has no such thing
 */
export function isReadableByOthers(
  { mode, uid }: Pick<BoundedFile, 'mode' | 'uid'>,
  ownUid: number | undefined,
): boolean {
  const needsGroup = ownUid !== undefined && uid !== ownUid
  return (mode & (needsGroup ? READABLE_BY_ALL : READABLE_BY_ALL | READABLE_BY_GROUP)) !== 0
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // the cause would say nothing more
    throw configInvalid([{ origin: path, message: 'expected a secret in UTF-8 text' }])
  }
}

function emptyFault(path: string): ConfigFault {
  return { origin: path, message: 'expected a secret, but the file is empty' }
}
