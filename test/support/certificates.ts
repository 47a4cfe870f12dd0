import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A certificate that signs itself, for 127.0.0.1 and localhost, as files and as text. */
export interface TestCertificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

const DAYS = 30

/** Makes one that begins now and ends in 30 days; its files are gone after the test. */
export function makeCertificate(name = 'honeyjam test'): TestCertificate {
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-tls-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const certFile = join(directory, 'cert.pem')
  const keyFile = join(directory, 'key.pem')
  execFileSync(
    'openssl',
    `req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days ${DAYS}`
      .split(' ')
      .concat('-keyout', keyFile, '-out', certFile, '-subj', `/CN=${name}`)
      .concat('-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'),
    { stdio: 'pipe' },
  )
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
}
