import { configInvalid } from './config-fault.ts'
import { readBounded } from './read-bounded.ts'

const MAX_BYTES = 4 * 1024 * 1024
const BEGINNING = '-----BEGIN CERTIFICATE-----'

/**
 * Reads a file of PEM certificates.
 * @throws HoneyjamError CONFIG_UNREADABLE when it is missing, may not be read or is larger than 4 MiB; CONFIG_INVALID
 * when no certificate is in it
 */
export function readCertificates(path: string): string {
  const text = Buffer.from(readBounded(path, MAX_BYTES).bytes).toString('latin1')
  if (text.includes(BEGINNING)) return text
  throw configInvalid([{ origin: path, message: `expected certificates in PEM, with lines ${BEGINNING}` }])
}
