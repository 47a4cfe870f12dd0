import { type ConfigFault, configInvalid } from './config-fault.ts'
import { readBounded } from './read-bounded.ts'

/** A secret and how well its file keeps it. */
export interface SecretFile {
  readonly secret: string
  /** Whether others than the file's owner may read it: worth a warning, not a refusal. */
  readonly isReadableByOthers: boolean
}

const MAX_SECRET_BYTES = 4096
const READABLE_BY_OTHERS = 0o044

/**
 * Reads a file that holds one secret and nothing else; one newline at its end does not count.
 * @throws HoneyjamError CONFIG_UNREADABLE when it is missing, may not be read or is larger than 4 KiB;
 * CONFIG_INVALID when it is empty or not UTF-8. The secret is in neither message.
 */
export function readSecretFile(path: string): SecretFile {
  const { bytes, mode } = readBounded(path, MAX_SECRET_BYTES)
  const secret = decode(bytes, path).replace(/\r?\n$/, '')
  if (secret === '') throw configInvalid([emptyFault(path)])
  return { secret, isReadableByOthers: (mode & READABLE_BY_OTHERS) !== 0 }
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
