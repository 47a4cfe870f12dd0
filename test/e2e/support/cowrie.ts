import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryDirectory } from './program.ts'

/** A directory that looks like a Cowrie's. */
export interface TestCowrie {
  readonly root: string
  readonly configFile: string
  readonly log: string
  /** Appends login attempts, one line each. */
  attack(...addresses: readonly string[]): void
}

/** Makes a Cowrie of which only the configuration and the log are there. */
export function createCowrie(settings: Readonly<Record<string, string | number>> = {}): TestCowrie {
  const root = temporaryDirectory()
  const configFile = join(root, 'etc', 'cowrie.cfg')
  const log = join(root, 'var', 'log', 'cowrie', 'cowrie.json')
  mkdirSync(dirname(configFile), { recursive: true })
  mkdirSync(dirname(log), { recursive: true })
  const lines = Object.entries({ enabled: 'true', ...settings }).map(([name, value]) => `${name} = ${value}`)
  writeFileSync(configFile, `[output_threatjammer]\n${lines.join('\n')}\n`)
  writeFileSync(log, '')
  const attack = (...addresses: readonly string[]) =>
    appendFileSync(log, addresses.map((address) => `${loginLine(address)}\n`).join(''))
  return { root, configFile, log, attack }
}

/** One login attempt as the newest Cowrie writes it. */
export function loginLine(address: string, atMs = Date.now()): string {
  return JSON.stringify({
    session: 'c854c392c5a2',
    protocol: 'ssh',
    src_ip: address,
    src_port: 40_000,
    dst_ip: '203.0.113.1',
    dst_port: 2222,
    username: 'root',
    password: 'hunter2',
    eventid: 'cowrie.login.failed',
    sensor: 'test',
    uuid: '0b7a3f0e-0000-4000-8000-000000000000',
    timestamp: new Date(atMs).toISOString().replace('Z', '000Z'),
    message: 'login attempt [root/hunter2] failed',
  })
}

/** The address number `index` of a public range that belongs to nobody in the tests. */
export function publicAddress(index: number): string {
  return `45.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}
