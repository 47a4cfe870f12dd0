import { renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { captureLog } from '../../test/support/captured-logger.ts'
import { makeCertificate, type TestCertificate } from '../../test/support/certificates.ts'
import { ManualClock } from '../../test/support/manual-clock.ts'
import { readTlsPair, type TlsFiles } from '../config/index.ts'
import { LOOK_MS, watchCertificate } from './watch-certificate.ts'

const DAY_MS = 86_400_000

/** Watches, and says which certificates came into use. */
function watch(files: TlsFiles, clock = new ManualClock(Date.now())) {
  const { logger, lines } = captureLog()
  const used: string[] = []
  const stop = new AbortController()
  const watching = watchCertificate({
    files,
    pair: readTlsPair(files),
    use: ({ cert }) => void used.push(cert),
    clock,
    logger,
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await watching
  })
  const warnings = () => lines.filter(({ level }) => level === 40)
  return { clock, used, warnings, look: () => clock.advance(LOOK_MS) }
}

/** Links of fixed names that lead to one certificate, as certbot and Kubernetes make them. */
function linked(certificate: TestCertificate): TlsFiles {
  const files = { certFile: `${certificate.certFile}.live`, keyFile: `${certificate.keyFile}.live` }
  symlinkSync(certificate.certFile, files.certFile)
  symlinkSync(certificate.keyFile, files.keyFile)
  return files
}

function switchLink(link: string, target: string): void {
  symlinkSync(target, join(link, '..', 'new-link'))
  renameSync(join(link, '..', 'new-link'), link)
}

it('a certificate that is written anew comes into use at the next look, once', async () => {
  const files = makeCertificate()
  const { used, look, warnings } = watch(files)
  const next = makeCertificate()
  await look()
  expect(used).toEqual([])
  writeFileSync(files.certFile, next.cert)
  writeFileSync(files.keyFile, next.key)
  await look()
  await look()
  expect(used).toEqual([next.cert])
  expect(warnings()).toEqual([])
})

it('links that are switched one after the other do no harm in between, and nobody is warned', async () => {
  const files = linked(makeCertificate())
  const { used, look, warnings } = watch(files)
  const next = makeCertificate()
  switchLink(files.certFile, next.certFile)
  await look()
  expect(used).toEqual([])
  switchLink(files.keyFile, next.keyFile)
  await look()
  expect(used).toEqual([next.cert])
  expect(warnings()).toEqual([])
})

it('a broken pair leaves the old one in use and is warned of once, and a whole one comes into use after it', async () => {
  const files = makeCertificate()
  const { used, look, warnings } = watch(files)
  writeFileSync(files.certFile, 'nonsense')
  for (let looks = 0; looks < 5; looks++) await look()
  expect(used).toEqual([])
  expect(warnings()).toEqual([
    expect.objectContaining({ msg: 'the new certificate cannot be used; the one before stays' }),
  ])
  const next = makeCertificate()
  writeFileSync(files.certFile, next.cert)
  writeFileSync(files.keyFile, next.key)
  await look()
  expect(used).toEqual([next.cert])
})

it.each([
  ['early', -1, /not valid yet/],
  ['near its end', 24, /less than 7 days/],
  ['after its end', 31, /has expired/],
] as const)('a certificate %s is warned of once', async (_, days, message) => {
  const { look, warnings } = watch(makeCertificate(), new ManualClock(Date.now() + days * DAY_MS))
  await look()
  await look()
  expect(warnings()).toEqual([expect.objectContaining({ msg: expect.stringMatching(message) as string })])
})

it('a certificate that ends while it is in use is warned of', async () => {
  const { clock, look, warnings } = watch(makeCertificate())
  clock.set(Date.now() + 31 * DAY_MS)
  await look()
  expect(warnings()).toEqual([
    expect.objectContaining({ msg: expect.stringMatching(/has expired/) as string }),
  ])
})
