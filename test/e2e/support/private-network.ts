import { launch, waitFor } from './program.ts'

const BRING_UP = 'ip link set lo up && ip -batch - && echo up && exec sleep infinity'

/** A network of the test's own: no way out, and many addresses of this one machine. */
export interface PrivateNetwork {
  /** Words before a command that make it run inside, as root of that network alone. */
  readonly enter: readonly string[]
  /** The same for a program that refuses to run as root. */
  readonly enterUnprivileged: readonly string[]
}

/**
 * Needs Linux with user namespaces, but no privileges. It ends with the test.
 * A connection to one of its addresses comes from that same address, unless the client binds another one.
 */
export async function openPrivateNetwork(addresses: readonly string[]): Promise<PrivateNetwork> {
  const keeper = launch(['unshare', '--user', '--map-root-user', '--net', 'sh', '-c', BRING_UP], {
    input: addresses.map(assignment).join(''),
  })
  void keeper.finished.catch(() => undefined)
  await waitFor(
    'the network',
    () => keeper.stdout().includes('up\n') || failed(keeper.child.exitCode, keeper.stderr()),
  )
  const enter = ['nsenter', `--target=${keeper.pid}`, '--user', '--net', '--preserve-credentials', '--']
  const drop = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--']
  return { enter, enterUnprivileged: [...enter, ...drop] }
}

function assignment(address: string): string {
  // an IPv6 address would wait for duplicates to answer
  return address.includes(':')
    ? `address add ${address}/128 dev lo nodad\n`
    : `address add ${address}/32 dev lo\n`
}

function failed(exitCode: number | null, reason: string): false {
  if (exitCode !== null) throw new Error(`no network namespace: ${reason}`)
  return false
}
