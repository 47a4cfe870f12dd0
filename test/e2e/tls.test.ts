import { writeFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeCertificate, type TestCertificate } from '../support/certificates.ts'
import { createCowrie } from './support/cowrie.ts'
import { buildProgram, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, fetchListed, firstLine, readServiceFile, type ServiceLine } from './support/service.ts'

beforeAll(buildProgram)

const words = ({ certFile, keyFile }: TestCertificate) => ['--tls-cert', certFile, '--tls-key', keyFile]

async function serve(certificate: TestCertificate) {
  const data = temporaryDirectory()
  const running = start(['serve', '--json', '--data', data, '--port', '0', ...words(certificate)])
  const line = await firstLine<ServiceLine & { local_url: string }>(running)
  return { running, data, line }
}

describe('honeyjam serve with a certificate', () => {
  it('is found by commands on its machine, and by others that trust the certificate', async () => {
    const certificate = makeCertificate()
    const { data, line } = await serve(certificate)
    expect(line.url).toMatch(/^https:\/\/127\.0\.0\.1:/)
    expect(readServiceFile(data)?.url).toBe(line.local_url)
    expect(await run(['ban', '203.0.114.7', '--data', data])).toMatchObject({ code: 0 })

    const remote = ['denylist', '--format', 'plain', '--api-url', line.url, '--key-file', line.admin_key_file]
    const trusting = await run([...remote, '--ca-file', certificate.certFile])
    expect(trusting).toMatchObject({ code: 0, stdout: '203.0.114.7\n' })
    const distrusting = await run(remote)
    expect(distrusting.code).toBe(4)
    expect(distrusting.stderr).toMatch(/self-signed certificate|SELF_SIGNED/)
  })

  it.each([
    ['a key that is missing', { keyFile: '/nowhere/key.pem' }, 'CONFIG_UNREADABLE', '/nowhere/key.pem'],
    ['a file that is no certificate', { certFile: '/etc/hostname' }, 'CONFIG_INVALID', '/etc/hostname'],
  ])('does not start on %s, and says which', async (_, files, code, path) => {
    const data = temporaryDirectory()
    const certificate = { ...makeCertificate(), ...files }
    const { code: exit, stderr } = await run(['serve', '--data', data, '--port', '0', ...words(certificate)])
    expect(exit).toBe(2)
    expect(stderr).toContain(`[${code}]`)
    expect(stderr).toContain(path)
  })

  it('wants both files', async () => {
    const { certFile } = makeCertificate()
    const ended = await run(['serve', '--data', temporaryDirectory(), '--port', '0', '--tls-cert', certFile])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain('--tls-key')
  })

  it('does not warn of unencrypted keys when others can reach it', async () => {
    const data = temporaryDirectory()
    const host = ['--host', '0.0.0.0', '--port', '0']
    const running = start(['serve', '--data', data, ...host, ...words(makeCertificate())])
    await waitFor('the last line', () => running.stdout().includes('Ctrl-C'))
    running.kill('SIGTERM')
    expect(await running.finished).toMatchObject({ code: 0, stderr: '' })
    expect(running.stdout()).toMatch(/here +http:\/\/127\.0\.0\.1:\d+ \(plain HTTP, for this machine alone\)/)
  })
})

describe('honeyjam up with a certificate', () => {
  it('reports to itself, and an agent elsewhere reports to it', async () => {
    const certificate = makeCertificate()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const data = temporaryDirectory()
    const up = start(['up', '--json', '--data', data, '--port', '0', ...words(certificate)], {
      workingDirectory: cowrie.root,
    })
    const { url, local_url, admin_key } = await firstLine<ServiceLine & { local_url: string }>(up)
    const listed = async () => addressesOf(await fetchListed(local_url, admin_key ?? ''))
    cowrie.attack('45.0.0.7')
    await waitFor('the entry', async () => (await listed()).length === 1)

    const elsewhere = createCowrie({ flush_seconds: 1, ca_file: '/nowhere' })
    writeFileSync(`${elsewhere.root}/key`, admin_key ?? '', { mode: 0o600 })
    start(
      [
        'report',
        '--api-url',
        url,
        '--key-file',
        `${elsewhere.root}/key`,
        '--state',
        temporaryDirectory(),
      ].concat(['--ca-file', certificate.certFile]),
      { workingDirectory: elsewhere.root },
    )
    elsewhere.attack('45.0.0.8')
    await waitFor('the second entry', async () => (await listed()).length === 2)
  })
})
