import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { readCertificates } from './certificates.ts'
import { type ConfigFault, configInvalid } from './config-fault.ts'
import { readBounded } from './read-bounded.ts'
import { isReadableByOthers } from './secret-file.ts'

/** Where a server's certificate and its key lie; links are followed each time. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate and its key, checked against each other. */
export interface TlsPair {
  /** PEM, the server's own certificate first. */
  readonly cert: string
  /** PEM, not encrypted. */
  readonly key: string
  /** Whom the certificate is for, as it says itself. */
  readonly subject: string
  /** Epoch milliseconds. */
  readonly validFromMs: number
  readonly validToMs: number
  /** Whether others may read the key who need not. */
  readonly isKeyReadableByOthers: boolean
}

const MAX_KEY_BYTES = 64 * 1024
const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs

/**
 * Reads the certificate of a server and its key. Whether it is expired is the caller's matter.
 * @throws HoneyjamError CONFIG_UNREADABLE a file is missing or may not be read; CONFIG_INVALID what is in them is no certificate or
 * key, or the two do not belong together. No part of the key is in a message.
 */
export function readTlsPair({ certFile, keyFile }: TlsFiles): TlsPair {
  const cert = readCertificates(certFile)
  const { bytes, ...access } = readBounded(keyFile, MAX_KEY_BYTES)
  const key = Buffer.from(bytes).toString('latin1')
  const [own, ...others] = parseCertificates(certFile, cert)
  const privateKey = parseKey(keyFile, key)
  if (own === undefined) throw fault(certFile, 'expected a whole certificate in PEM')
  if (!own.checkPrivateKey(privateKey)) {
    const isLower = others.some((other) => other.checkPrivateKey(privateKey))
    throw fault(
      keyFile,
      isLower
        ? `the key belongs to a certificate further down in ${certFile}: the server's own must be the first`
        : `the key does not belong to the certificate in ${certFile}`,
    )
  }
  checkUse(certFile, { cert, key })
  return {
    cert,
    key,
    subject: own.subjectAltName ?? own.subject,
    validFromMs: Date.parse(own.validFrom),
    validToMs: Date.parse(own.validTo),
    isKeyReadableByOthers: isReadableByOthers(access, process.getuid?.()),
  }
}

function parseCertificates(path: string, text: string): readonly X509Certificate[] {
  try {
    return (text.match(CERTIFICATE) ?? []).map((pem) => new X509Certificate(pem))
  } catch (cause) {
    throw fault(path, `expected certificates in PEM: ${reasonOf(cause)}`)
  }
}

function parseKey(path: string, text: string): KeyObject {
  if (/ENCRYPTED/.test(text)) {
    throw fault(
      path,
      'the key is encrypted with a passphrase; write it without: openssl pkey -in FILE -out FILE',
    )
  }
  try {
    return createPrivateKey(text)
  } catch {
    // the cause says nothing that helps, and must not say what is in the file
    throw fault(path, 'expected a private key in PEM, with a line -----BEGIN PRIVATE KEY----- or similar')
  }
}

/** What OpenSSL has against a pair that belongs together, such as a key that is too short. */
function checkUse(path: string, pair: Pick<TlsPair, 'cert' | 'key'>): void {
  try {
    createSecureContext(pair)
  } catch (cause) {
    throw fault(path, `cannot be used for TLS: ${reasonOf(cause)}`)
  }
}

function fault(origin: string, message: string): ReturnType<typeof configInvalid> {
  return configInvalid([{ origin, message } satisfies ConfigFault])
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
