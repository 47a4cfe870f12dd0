import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { programOrSkip } from '../support/installed-program.ts'
import { buildProgram, launch, REPOSITORY, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, type ListedAddress, startService, type TestService } from './support/service.ts'

const EXAMPLE = join(REPOSITORY, 'examples', 'fail2ban')
const ACTION = join(EXAMPLE, 'honeyjam.conf')
/** fail2ban starts slowly on a busy machine. */
const PATIENCE_MS = 90_000
const PROGRAM = join(EXAMPLE, 'honeyjam-fail2ban')

/** The parameters and requests of the tutorial's action, written anew. */
const TUTORIAL_ACTION = `[Definition]
norestored = 1
actionban = <post>/v1/ip -d '{"addresses": ["<ip>"], "ttl": <threatjammer_ttl>, "type": "<threatjammer_type>", "tags": ["<threatjammer_tag>"]}'
actionunban = <post>/v1/unban/ip -d '{"addresses": ["<ip>"]}'
post = curl -s -X POST -H 'Content-Type: application/json' -H 'Authorization: Bearer <threatjammer_apikey>' <threatjammer_url>

[Init]
threatjammer_ttl = 3600
threatjammer_type = ABUSE
threatjammer_tag = FAIL2BAN
`

const FILTER = `[Definition]
failregex = ^ refused <HOST>$
`

/** fail2ban of this machine with a configuration, socket, database and logs of its own. */
class Fail2ban {
  readonly directory = temporaryDirectory()
  readonly #attacks = join(this.directory, 'attacks.log')
  readonly #environment: Record<string, string>

  constructor(jails: Readonly<Record<string, string>>) {
    const write = (path: string, text: string) => writeFileSync(join(this.directory, path), text)
    for (const name of ['action.d', 'filter.d', 'bin']) mkdirSync(join(this.directory, name))
    write('attacks.log', '')
    write('fail2ban.conf', this.#settings())
    write('filter.d/refused.conf', FILTER)
    write('action.d/tutorial.conf', TUTORIAL_ACTION)
    copyFileSync(ACTION, join(this.directory, 'action.d', 'honeyjam.conf'))
    const sections = Object.entries(jails).map(([name, action]) => `[${name}]\naction = ${action}\n`)
    write('jail.conf', [this.#defaults(), ...sections].join('\n'))
    // curl as it is, which notes what it was called with
    write('bin/curl', `#!/bin/sh\necho "$@" >>${this.directory}/curl.log\nPATH=$OLD_PATH exec curl "$@"\n`)
    const path = process.env['PATH'] ?? ''
    this.#environment = { PATH: `${join(this.directory, 'bin')}:${path}`, OLD_PATH: path }
    launch(['chmod', '+x', join(this.directory, 'bin', 'curl')])
  }

  #settings(): string {
    const files = { socket: 'socket', pidfile: 'pid', logtarget: 'fail2ban.log', dbfile: 'fail2ban.db' }
    const lines = Object.entries(files).map(([name, file]) => `${name} = ${join(this.directory, file)}`)
    return ['[Definition]', ...lines, 'loglevel = INFO', 'syslogsocket = auto', 'allowipv6 = yes', ''].join(
      '\n',
    )
  }

  #defaults(): string {
    return `[DEFAULT]
enabled = true
backend = polling
filter = refused
logpath = ${this.#attacks}
usedns = no
maxretry = 1
findtime = 600
bantime = 600
`
  }

  async start(): Promise<void> {
    launch(['fail2ban-server', '-c', this.directory, '-f', 'start'], { environment: this.#environment })
    const isReady = async () => (await this.#run('ping')).code === 0
    await waitFor('fail2ban to answer', isReady, PATIENCE_MS / 2)
  }

  async stop(): Promise<void> {
    await this.#run('stop')
    await waitFor('fail2ban to stop', async () => (await this.#run('ping')).code !== 0)
  }

  /** Writes the line that brings a ban. */
  attack(...addresses: readonly string[]): void {
    const time = new Date().toISOString().slice(0, 19).replace('T', ' ')
    const lines = addresses.map((address) => `${time} refused ${address}\n`)
    writeFileSync(this.#attacks, lines.join(''), { flag: 'a' })
  }

  async unban(jail: string, address: string): Promise<void> {
    const { code, stderr } = await this.#run('set', jail, 'unbanip', address)
    if (code !== 0) throw new Error(`unbanip ended with ${code}: ${stderr}`)
  }

  log(): string {
    return readFileSync(join(this.directory, 'fail2ban.log'), 'utf8')
  }

  /** What the program of the action called curl with. */
  curlCalls(): string {
    return readFileSync(join(this.directory, 'curl.log'), 'utf8')
  }

  async #run(...words: string[]) {
    return await launch(['fail2ban-client', '-c', this.directory, ...words]).finished
  }
}

describe.runIf(programOrSkip('fail2ban-client', 'fail2ban'))('fail2ban', { timeout: PATIENCE_MS }, () => {
  beforeAll(buildProgram)

  it("bans and unbans with the tutorial's action", async () => {
    const service = await startService()
    const fail2ban = new Fail2ban({
      sshd: `tutorial[threatjammer_url="${service.url}", threatjammer_apikey="${await reporterKey(service)}"]`,
    })
    await fail2ban.start()
    fail2ban.attack('8.8.4.4', '2a00::77')
    const listed = await untilListed(service, ['2a00::77', '8.8.4.4'])
    expect(listed).toMatchObject([{ tags: ['FAIL2BAN'] }, { tags: ['FAIL2BAN'] }])
    expect(listed.map(ttlSeconds)).toEqual([3600, 3600])
    await fail2ban.unban('sshd', '8.8.4.4')
    await untilListed(service, ['2a00::77'])
  })

  it('bans and unbans with the action that comes with honeyjam, and shows the key to nobody', async () => {
    const service = await startService()
    const { fail2ban, key } = await withOurAction(service, { honeyjam_tag: 'MAIL-SERVER' })
    await fail2ban.start()
    fail2ban.attack('8.8.4.4', '2a00::77')
    const listed = await untilListed(service, ['2a00::77', '8.8.4.4'])
    expect(listed).toMatchObject([
      { tags: ['MAIL-SERVER'], total_reports: 1 },
      { tags: ['MAIL-SERVER'], total_reports: 1 },
    ])
    expect(listed.map(ttlSeconds)).toEqual([600, 600])
    await fail2ban.unban('sshd', '8.8.4.4')
    await untilListed(service, ['2a00::77'])
    expect(fail2ban.curlCalls()).toContain(`${service.url}/v1/unban/ip`)
    expect(fail2ban.curlCalls()).not.toContain(key)
    expect(fail2ban.log()).not.toContain(key)
    expect(fail2ban.log()).not.toMatch(/ERROR/)
  })

  it('leaves what it banned on the list when it is stopped, and reports nothing again when it is started', async () => {
    const service = await startService()
    const { fail2ban } = await withOurAction(service)
    await fail2ban.start()
    fail2ban.attack('8.8.4.4')
    await untilListed(service, ['8.8.4.4'])
    await fail2ban.stop()
    await fail2ban.start()
    await waitFor('the ban to be restored', () => /Restore Ban 8\.8\.4\.4/.test(fail2ban.log()))
    fail2ban.attack('9.9.9.9')
    const listed = await untilListed(service, ['8.8.4.4', '9.9.9.9'])
    expect(listed.map(({ total_reports: reports }) => reports)).toEqual([1, 1])
  })

  it('delivers what it banned while the service was away, with the time of the ban', async () => {
    const first = await startService()
    const { fail2ban, directory } = await withOurAction(first)
    first.running.kill('SIGTERM')
    await first.running.finished
    await fail2ban.start()
    fail2ban.attack('8.8.4.4')
    const trouble = join(directory, 'trouble')
    await waitFor('the trouble to be told', () => existsSync(trouble))
    expect(readFileSync(trouble, 'utf8')).toContain('answered 000')
    const backAtMs = Date.now()
    const port = Number(new URL(first.url).port)
    const again = await startService([], { data: first.data, port })
    const [entry] = await untilListed(again, ['8.8.4.4'])
    expect(entry?.last_report).toBeLessThan(backAtMs)
    await waitFor('the trouble to be over', () => !existsSync(trouble))
  })
})

describe("the program of honeyjam's fail2ban action", { timeout: PATIENCE_MS }, () => {
  it.each([
    ['-1', 315_360_000],
    ['600.25', 600],
    ['soon', 86_400],
  ])('takes a time of %s for %d seconds', async (ttl, expected) => {
    const { program, requests } = await withAnswers([202])
    await program('ban', '192.0.2.1', ttl)
    await waitFor('the request', () => requests.length === 1)
    expect(requests[0]).toMatchObject({ path: '/v1/ip', body: { addresses: ['192.0.2.1'], ttl: expected } })
  })

  it('sends what came together in one request, in order, and each kind apart', async () => {
    const { program, requests, open } = await withAnswers([503, 202], { isShut: true })
    await program('ban', '192.0.2.1')
    await waitFor('the first try', () => requests.length === 1)
    for (const address of ['192.0.2.2', '2001:db8::3']) await program('ban', address)
    await program('unban', '192.0.2.2')
    await program('ban', '192.0.2.2')
    open()
    await waitFor('all requests', () => requests.length === 5)
    expect(requests.map(({ path, body }) => [path, body['addresses']])).toEqual([
      ['/v1/ip', ['192.0.2.1']],
      ['/v1/ip', ['192.0.2.1']],
      ['/v1/ip', ['192.0.2.2', '2001:db8::3']],
      ['/v1/unban/ip', ['192.0.2.2']],
      ['/v1/ip', ['192.0.2.2']],
    ])
    const [first, second, third] = requests.map(({ key }) => key)
    expect([second, third === second]).toEqual([first, false])
  })

  it('puts aside what is refused for good, and goes on', async () => {
    const { program, requests, directory } = await withAnswers([422, 202])
    await program('ban', '192.0.2.1')
    await waitFor('the first request', () => existsSync(join(directory, 'refused')))
    await program('ban', '192.0.2.2')
    await waitFor('the second request', () => requests.length === 2)
    expect(readFileSync(join(directory, 'refused'), 'utf8')).toContain('192.0.2.1')
  })
})

async function reporterKey(service: TestService): Promise<string> {
  const { key } = await service.json<{ key: string }>('key', 'create', '--name', 'fail2ban')
  return key
}

async function withOurAction(service: TestService, options: Readonly<Record<string, string>> = {}) {
  const key = await reporterKey(service)
  const directory = join(temporaryDirectory(), 'waiting')
  const keyFile = join(temporaryDirectory(), 'key')
  writeFileSync(keyFile, `${key}\n`, { mode: 0o600 })
  const all = {
    honeyjam_url: service.url,
    honeyjam_key_file: keyFile,
    honeyjam_directory: directory,
    honeyjam_program: PROGRAM,
    honeyjam_pause: '0',
    ...options,
  }
  const parameters = Object.entries(all).map(([name, value]) => `${name}="${value}"`)
  return { fail2ban: new Fail2ban({ sshd: `honeyjam[${parameters.join(', ')}]` }), key, directory }
}

/** Waits until exactly these are listed. @returns them, sorted by their text */
async function untilListed(
  service: TestService,
  addresses: readonly string[],
): Promise<readonly ListedAddress[]> {
  const wanted = addresses.join()
  const listed = await waitFor(`${wanted} to be what is listed`, async () => {
    const found = await service.listed()
    return addressesOf(found).join() === wanted && found
  })
  return listed.toSorted((left, right) => (left.self < right.self ? -1 : 1))
}

function ttlSeconds({ expiry, last_report: last }: ListedAddress): number {
  return (expiry - last) / 1000
}

interface Received {
  readonly path: string
  readonly key: string | string[] | undefined
  readonly body: Readonly<Record<string, unknown>>
}

/** A server that answers with the statuses in their order, and the last one for ever; one that is shut waits with its first answer. */
async function withAnswers(statuses: readonly number[], { isShut = false } = {}) {
  const requests: Received[] = []
  const opened = Promise.withResolvers<void>()
  if (!isShut) opened.resolve()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      const status = statuses[Math.min(requests.length, statuses.length - 1)] ?? 202
      const body = JSON.parse(text) as Record<string, unknown>
      requests.push({ path: request.url ?? '', key: request.headers['idempotency-key'], body })
      void opened.promise.then(() => response.writeHead(status).end())
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void server.close())
  const directory = join(temporaryDirectory(), 'waiting')
  const keyFile = join(temporaryDirectory(), 'key')
  writeFileSync(keyFile, 'tja_test', { mode: 0o600 })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const program = async (verb: string, address: string, ttl = '600') => {
    const words = [verb, address, url, keyFile, ttl, 'ABUSE', 'FAIL2BAN', directory, '0']
    expect(await launch([PROGRAM, ...words]).finished).toMatchObject({ code: 0, stderr: '' })
  }
  return { program, requests, directory, open: () => opened.resolve() }
}
