/** CrowdSec's local API beside ours: a server of its own in a throw-away directory, its agent off. */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findFreePort } from '../../test/support/free-port.ts'
import { stop, until } from '../programs.ts'
import { addressText, numberedAddress } from './numbered-addresses.ts'

const run = promisify(execFile)
const MACHINE = { machine_id: 'bench', password: 'benchpass', scenarios: ['bench/cowrie'] }
const BOUNCER_KEY = 'bench'
/** It refuses programs that do not name themselves so. */
const AGENT = { 'user-agent': 'crowdsec/v1.4.6' }

export interface CrowdSec {
  /** Posts one alert that holds so many bans, numbered from `first`. */
  report(first: number, addresses: number): Promise<void>
  /** Asks whether a numbered address is banned. */
  lookUp(number: number): Promise<void>
  stop(): Promise<void>
}

/** Whether Debian's package `crowdsec` is there. */
export async function hasCrowdSec(): Promise<boolean> {
  return await Promise.all([run('crowdsec', ['-version']), run('cscli', ['version'])]).then(
    () => true,
    () => false,
  )
}

export async function startCrowdSec(scratch: string): Promise<CrowdSec> {
  const directory = mkdtempSync(join(scratch, 'crowdsec-'))
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const config = writeConfig(directory, port)
  const credentials = join(directory, 'client.yaml')
  await run('cscli', [
    '-c',
    config,
    'machines',
    'add',
    MACHINE.machine_id,
    '-p',
    MACHINE.password,
    '-f',
    credentials,
  ])
  await run('cscli', ['-c', config, 'bouncers', 'add', 'bench', '-k', BOUNCER_KEY])
  const server = spawn('crowdsec', ['-c', config, '-no-cs'], { stdio: 'ignore' })
  const login = async () => {
    const response = await fetch(`${url}/v1/watchers/login`, {
      method: 'POST',
      headers: AGENT,
      body: JSON.stringify(MACHINE),
    })
    return ((await response.json()) as { token?: string }).token ?? ''
  }
  let token = ''
  await until('CrowdSec answers', async () => {
    token = await login().catch(() => '')
    return token !== ''
  })
  return {
    async report(first, addresses) {
      const body = JSON.stringify([alertOf(first, addresses)])
      const headers = { ...AGENT, authorization: `Bearer ${token}` }
      await expectOk(fetch(`${url}/v1/alerts`, { method: 'POST', headers, body }))
    },
    async lookUp(number) {
      const headers = { ...AGENT, 'x-api-key': BOUNCER_KEY }
      await expectOk(fetch(`${url}/v1/decisions?ip=${addressText(numberedAddress(number))}`, { headers }))
    },
    stop: () => stop(server),
  }
}

async function expectOk(asked: Promise<Response>): Promise<void> {
  const response = await asked
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`CrowdSec answered ${response.status}`)
}

function alertOf(first: number, addresses: number): object {
  const now = new Date().toISOString()
  return {
    scenario: 'bench/cowrie',
    scenario_hash: '',
    scenario_version: '',
    message: 'bench',
    events_count: 1,
    start_at: now,
    stop_at: now,
    capacity: 0,
    leakspeed: '0',
    simulated: false,
    remediation: true,
    events: [],
    source: { scope: 'bench', value: String(first) },
    decisions: Array.from({ length: addresses }, (_, index) => ({
      origin: 'bench',
      type: 'ban',
      scope: 'Ip',
      value: addressText(numberedAddress(first + index)),
      duration: '24h',
      scenario: 'bench/cowrie',
    })),
  }
}

function writeConfig(directory: string, port: number): string {
  for (const folder of ['data', 'hub', 'notifications', 'plugins']) mkdirSync(join(directory, folder))
  const at = (name: string, content = '') => {
    const path = join(directory, name)
    writeFileSync(path, content)
    return path
  }
  const text = `common:
  daemonize: false
  log_media: stdout
  log_level: error
config_paths:
  config_dir: ${directory}
  data_dir: ${join(directory, 'data')}
  simulation_path: ${at('simulation.yaml', 'simulation: false\n')}
  hub_dir: ${join(directory, 'hub')}
  index_path: ${at('hub/.index.json', '{}')}
  notification_dir: ${join(directory, 'notifications')}
  plugin_dir: ${join(directory, 'plugins')}
cscli:
  output: raw
db_config:
  type: sqlite
  db_path: ${join(directory, 'data/crowdsec.db')}
  use_wal: true
  log_level: error
api:
  client:
    credentials_path: ${at('client.yaml')}
  server:
    log_level: error
    listen_uri: 127.0.0.1:${port}
    profiles_path: ${at('profiles.yaml', 'name: none\nfilters:\n - "false"\non_success: break\n')}
    console_path: ${at('console.yaml')}
prometheus:
  enabled: false
`
  return at('config.yaml', text)
}
