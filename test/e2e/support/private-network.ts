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

/**
 * Another host beside it, with addresses of its own, one cable between them. It ends with the test.
 * @returns words before a command that make it run there
 */
export async function openNeighbour(
  network: PrivateNetwork,
  addresses: { readonly own: readonly string[]; readonly others: readonly string[] },
): Promise<readonly string[]> {
  const keeper = launch(['unshare', '--net', 'sh', '-c', BRING_UP], { through: network.enter })
  void keeper.finished.catch(() => undefined)
  const isUp = () => keeper.stdout().includes('up\n') || failed(keeper.child.exitCode, keeper.stderr())
  await waitFor('the neighbour', isUp)
  const enter = ['nsenter', `--target=${keeper.pid}`, '--user', '--net', '--preserve-credentials', '--']
  await configure(network.enter, [
    `link add near type veth peer name far netns ${keeper.pid}`,
    ...ends('near', addresses.others),
  ])
  await configure(enter, ends('far', addresses.own))
  return enter
}

/** The commands that give a link addresses and send everything else through it. */
function ends(device: string, addresses: readonly string[]): readonly string[] {
  return [
    `link set ${device} up`,
    ...addresses.map((address) =>
      assignment(address)
        .trim()
        .replace(/ dev lo/, ` dev ${device}`),
    ),
    `route add default dev ${device}`,
    `route add ::/0 dev ${device}`,
  ]
}

async function configure(enter: readonly string[], commands: readonly string[]): Promise<void> {
  const input = commands.map((command) => `${command}\n`).join('')
  const { code, stderr } = await launch(['ip', '-batch', '-'], { through: enter, input }).finished
  if (code !== 0) throw new Error(`the network was not set up: ${stderr}`)
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
