import { execFileSync } from 'node:child_process'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeCertificate, type TestCertificate } from '../../test/support/certificates.ts'
import { readTlsPair } from './tls-files.ts'

const beside = ({ certFile }: TestCertificate, name: string) => join(certFile, '..', name)

function written(certificate: TestCertificate, name: string, text: string): string {
  const path = beside(certificate, name)
  writeFileSync(path, text)
  return path
}

describe('a certificate and its key', () => {
  it('are read with what the certificate says of itself', () => {
    const made = makeCertificate()
    const pair = readTlsPair(made)
    expect(pair).toMatchObject({ cert: made.cert, key: made.key, isKeyReadableByOthers: false })
    expect(pair.subject).toContain('127.0.0.1')
    expect(pair.validToMs - pair.validFromMs).toBe(30 * 86_400_000)
  })

  it('are read through links, with the certificates of authorities behind', () => {
    const made = makeCertificate()
    const chain = written(made, 'chain.pem', `${made.cert}${makeCertificate('authority').cert}`)
    symlinkSync(chain, beside(made, 'fullchain.pem'))
    expect(readTlsPair({ ...made, certFile: beside(made, 'fullchain.pem') }).cert).toContain(made.cert)
  })

  it('say when others may read the key', () => {
    const made = makeCertificate()
    chmodSync(made.keyFile, 0o644)
    expect(readTlsPair(made).isKeyReadableByOthers).toBe(true)
  })
})

describe('what cannot be used is refused with what is wrong', () => {
  it('a file that is missing', () => {
    const made = makeCertificate()
    const missing = { code: 'CONFIG_UNREADABLE', message: expect.stringContaining('no such file') as string }
    expect(() => readTlsPair({ ...made, keyFile: '/nowhere' })).toThrow(expect.objectContaining(missing))
    expect(() => readTlsPair({ ...made, certFile: '/nowhere' })).toThrow(expect.objectContaining(missing))
  })

  it('a key of another certificate', () => {
    const { keyFile } = makeCertificate('other')
    expect(() => readTlsPair({ ...makeCertificate(), keyFile })).toThrow(
      /the key does not belong to the cert/,
    )
  })

  it('a chain that does not begin with the certificate of the server', () => {
    const made = makeCertificate()
    const certFile = written(made, 'chain.pem', `${makeCertificate('authority').cert}${made.cert}`)
    expect(() => readTlsPair({ ...made, certFile })).toThrow(/further down .* must be the first/)
  })

  it.each([
    ['no certificate', 'certFile', 'hello', /expected certificates in PEM/],
    ['half a certificate', 'certFile', '-----BEGIN CERTIFICATE-----\nMIIB', /expected a whole certificate/],
    [
      'a broken certificate',
      'certFile',
      '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
      /expected certificates in PEM/,
    ],
    ['no key', 'keyFile', 'hunter2', /expected a private key in PEM/],
  ] as const)('%s', (_, file, text, message) => {
    const made = makeCertificate()
    expect(() => readTlsPair({ ...made, [file]: written(made, 'broken.pem', text) })).toThrow(message)
  })

  it('a key that is encrypted, with what helps', () => {
    const made = makeCertificate()
    const keyFile = beside(made, 'encrypted.pem')
    const words = ['pkey', '-in', made.keyFile, '-aes256', '-passout', 'pass:hunter2', '-out', keyFile]
    execFileSync('openssl', words, { stdio: 'pipe' })
    expect(() => readTlsPair({ ...made, keyFile })).toThrow(/encrypted with a passphrase.*openssl pkey/)
  })

  it('and no message shows what is in the file of the key', () => {
    const made = makeCertificate()
    const keyFile = written(made, 'key.txt', 'hunter2')
    expect(() => readTlsPair({ ...made, keyFile })).not.toThrow(/hunter2/)
  })
})
