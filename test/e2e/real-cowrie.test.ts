import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AttackClients, attack, createClients } from './support/attack-clients.ts'
import { publicAddress } from './support/cowrie.ts'
import { openPrivateNetwork, type PrivateNetwork } from './support/private-network.ts'
import { buildProgram, type Running, start, temporaryDirectory, waitFor } from './support/program.ts'
import { installCowrie, type RealCowrie, SSH_PORT, TELNET_PORT } from './support/real-cowrie.ts'
import { startService, type TestService } from './support/service.ts'

// CONTRIBUTING.md says how to run these
const CHECKOUTS = (process.env['HONEYJAM_TEST_COWRIE'] ?? '').split(':').filter(Boolean)
const PROGRAMS = ['unshare', 'nsenter', 'ip', 'faketime', 'jq', 'ssh', 'sshpass', 'telnet', 'expect', 'hydra']
const WHY_NOT =
  CHECKOUTS.length === 0 ? 'not run: HONEYJAM_TEST_COWRIE is not set, see CONTRIBUTING.md' : lacking()
const LONGEST_RUN_MS = 600_000

const LOGINS = '^cowrie[.]login[.][^.]+$'
const SESSIONS = '^cowrie[.](login|session)[.][^.]+$'
/** How many times each client attacks in one wave. */
const TIMES = 6
const MOST_SOURCES = 2000
const SOCKETLOG = '127.0.0.1:9000'
/** The removed module reports when it has seen this many events, and only then or after a minute. */
const MODULE_EVENTS = 1000

beforeAll(buildProgram)

describe.skipIf(WHY_NOT !== undefined)(
  `a real Cowrie (${WHY_NOT ?? 'attacked with ssh, telnet and hydra'})`,
  () => {
    // one name at least, so that a skipped run is seen among the skipped tests
    it.each(CHECKOUTS.length > 0 ? CHECKOUTS : ['no checkout'])(
      'has every attacker on the list: %s',
      runAgainst,
      LONGEST_RUN_MS,
    )
  },
)

async function runAgainst(checkout: string): Promise<void> {
  const sources = Array.from({ length: MOST_SOURCES }, (_, index) => attackerAddress(index))
  const network = await openPrivateNetwork(sources)
  const place = await openPlace(checkout, network)
  const { cowrie } = place
  const attackers = await besiege(place, sources)
  const attempts = cowrie.sources(LOGINS)
  const logins = distinct(attempts)
  const all = distinct(cowrie.sources(SESSIONS))
  process.stdout.write(
    `${checkout}: ${attempts.length} login attempts from ${logins.length} of ${all.length} sources in ${cowrie.logFiles().length} files\n`,
  )
  expect(logins).toEqual(distinct(attackers))
  expect(await listedAt(place.byLog)).toEqual(logins)
  expect(all.length).toBeGreaterThan(logins.length)
  expect(await listedAt(place.bySocketlog)).toEqual(all)
  expect(await listedAt(place.byModule)).toEqual(cowrie.hasModule ? logins : [])
}

/**
 * Attacks in waves, while Cowrie rotates its log at midnight, the log is copied and cut, and Cowrie is started again.
 * @returns who tried to log in
 */
async function besiege(place: Place, sources: string[]): Promise<string[]> {
  const { cowrie, network } = place
  const clients = createClients(cowrie.hasModule)
  const attackers: string[] = []
  const wave = async () => {
    const logins = clients.loggingIn.flatMap((client) => Array.from({ length: TIMES }, () => client))
    const from = sources.splice(0, logins.length + clients.others.length)
    attackers.push(...from.slice(0, logins.length))
    await attack(
      network,
      [...logins, ...clients.others].map((client, index) => client(from[index] ?? '')),
    )
  }
  let running = await cowrie.start()
  await wave()
  while (cowrie.logFiles().length < 2) await wave()
  copyFileSync(cowrie.log, `${cowrie.log}.1`)
  truncateSync(cowrie.log)
  await wave()
  await settle(place, running, clients)
  running.kill('SIGTERM')
  await running.finished
  running = await cowrie.start()
  await wave()
  await settle(place, running, clients)
  return attackers
}

interface Place {
  readonly network: PrivateNetwork
  readonly cowrie: RealCowrie
  /** Three lists: of an agent that reads the log, of one that takes the socketlog, and of the module in Cowrie. */
  readonly byLog: TestService
  readonly bySocketlog: TestService
  readonly byModule: TestService
}

/** Cowrie's only settings are those of an operator: where it listens, and two of its outputs. */
async function openPlace(checkout: string, network: PrivateNetwork): Promise<Place> {
  const inside = { through: network.enter }
  const byLog = await startService([], inside)
  const bySocketlog = await startService([], inside)
  const byModule = await startService([], inside)
  const cowrie = installCowrie(
    checkout,
    network,
    `[ssh]
listen_endpoints = tcp6:${SSH_PORT}:interface=\\:\\:
[telnet]
enabled = true
listen_endpoints = tcp6:${TELNET_PORT}:interface=\\:\\:
[output_socketlog]
enabled = true
address = ${SOCKETLOG}
timeout = 5
[output_threatjammer]
enabled = true
bearer_token = ${byModule.key}
api_url = ${byModule.url}/v1/ip
tags = COWRIE,LOGIN,SESSION
flush_seconds = 1
`,
  )
  const report = (service: TestService, words: readonly string[]) =>
    start(
      [
        'report',
        '--api-url',
        service.url,
        '--key-file',
        join(service.data, 'admin.key'),
        '--requests-per-minute',
        '6000',
        '--state',
        temporaryDirectory(),
        ...words,
      ],
      { ...inside, workingDirectory: cowrie.root },
    )
  const agents = [
    report(byLog, []),
    report(bySocketlog, ['--listen-socketlog', SOCKETLOG, '--track-session']),
  ]
  await waitFor('both agents', () =>
    agents.every((agent) => agent.stderr().includes('successfully initialized')),
  )
  return { network, cowrie, byLog, bySocketlog, byModule }
}

/** Waits until everybody in Cowrie's log is on the lists. */
async function settle(place: Place, running: Running, clients: AttackClients): Promise<void> {
  const { network, cowrie } = place
  const logins = distinct(cowrie.sources(LOGINS))
  await waitForAll('the log', place.byLog, logins)
  await waitForAll('the socketlog', place.bySocketlog, distinct(cowrie.sources(SESSIONS)))
  if (cowrie.hasModule) {
    await attack(network, [clients.guess(logins[0] ?? '', MODULE_EVENTS)])
    await waitForAll('the module', place.byModule, logins)
  }
  expect(running.stdout()).toContain(
    cowrie.hasModule ? 'output plugin successfully reported' : 'Failed to load output engine: threatjammer',
  )
  expect(running.stdout()).not.toContain('ThreatJammer.com output plugin failed')
}

async function waitForAll(what: string, service: TestService, wanted: readonly string[]): Promise<void> {
  await waitFor(
    `all of ${what}`,
    async () => {
      const listed = new Set(await listedAt(service))
      return wanted.every((address) => listed.has(address))
    },
    60_000,
  )
}

async function listedAt(service: TestService): Promise<string[]> {
  const { code, stdout, stderr } = await service.honeyjam('denylist', '--format', 'plain')
  expect([code, stderr]).toEqual([0, ''])
  return stdout.split('\n').filter(Boolean).toSorted()
}

function distinct(addresses: readonly string[]): string[] {
  return [...new Set(addresses)].toSorted()
}

/** Every fourth speaks IPv6. */
function attackerAddress(index: number): string {
  return index % 4 === 3 ? `2a0b:4e07:0:${index.toString(16)}::1` : publicAddress(index)
}

function lacking(): string | undefined {
  const absent = CHECKOUTS.find((checkout) => !existsSync(join(checkout, 'src', 'cowrie')))
  if (absent !== undefined) return `not run: ${absent} is no checkout of Cowrie`
  const missing = PROGRAMS.filter((program) => !isInstalled(program))
  return missing.length > 0 ? `not run: without ${missing.join(', ')}` : undefined
}

function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
