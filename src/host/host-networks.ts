import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { promisify } from 'node:util'
import { type Address, parseAddress } from '../ip/index.ts'
import { gatewaysOfIpv4, gatewaysOfIpv6 } from './gateways.ts'
import { loggedInByLogind, loggedInByUtmp } from './logged-in.ts'
import { resolversOf } from './resolvers.ts'

/** What an address is to this host. */
export type HostReason = 'own-address' | 'gateway' | 'resolver' | 'logged-in'

/** An address that this host must never cut off. */
export interface HostNetwork {
  readonly network: Address
  readonly reason: HostReason
}

/** Where Linux keeps what is asked for; tests put others in their place. */
export interface HostFiles {
  readonly route: string
  readonly ipv6Route: string
  readonly resolvers: readonly string[]
  readonly utmp: string
}

const LINUX_FILES: HostFiles = {
  route: '/proc/net/route',
  ipv6Route: '/proc/net/ipv6_route',
  // with systemd-resolved the first names itself and the second the real ones
  resolvers: ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'],
  utmp: '/run/utmp',
}
const LOGINCTL_MS = 5_000

/**
 * What this host must never cut off, as it is now: its own addresses, its default gateways, its name servers, and where its
 * users are logged in from (by utmp and by systemd-logind). What this host does not have is left out.
 */
export async function findHostNetworks(files: HostFiles = LINUX_FILES): Promise<readonly HostNetwork[]> {
  const resolvers = await Promise.all(files.resolvers.map(textOf))
  return [
    ...because('own-address', ownAddresses()),
    ...because('gateway', gatewaysOfIpv4(await textOf(files.route))),
    ...because('gateway', gatewaysOfIpv6(await textOf(files.ipv6Route))),
    ...because('resolver', resolvers.flatMap(resolversOf)),
    ...because('logged-in', loggedInByUtmp(await contentOf(files.utmp))),
    ...because('logged-in', loggedInByLogind(await logindSessions())),
  ]
}

function because(reason: HostReason, addresses: readonly Address[]): readonly HostNetwork[] {
  return addresses.map((network) => ({ network, reason }))
}

function ownAddresses(): readonly Address[] {
  return Object.values(networkInterfaces()).flatMap((addresses = []) =>
    addresses.flatMap(({ address }) => parseAddress(address.replace(/%.*$/, '')) ?? []),
  )
}

async function textOf(path: string): Promise<string> {
  return (await contentOf(path)).toString('utf8')
}

/** Empty where there is no such file: not every host has all of them. */
async function contentOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch {
    return Buffer.alloc(0)
  }
}

/** Empty where logind does not run. */
async function logindSessions(): Promise<string> {
  const run = promisify(execFile)
  const options = { timeout: LOGINCTL_MS }
  try {
    const { stdout } = await run('loginctl', ['list-sessions', '--no-legend'], options)
    const sessions = stdout.split('\n').flatMap((line) => /^\s*(\S+)/.exec(line)?.[1] ?? [])
    if (sessions.length === 0) return ''
    return (await run('loginctl', ['show-session', '--property=RemoteHost', ...sessions], options)).stdout
  } catch {
    return ''
  }
}
