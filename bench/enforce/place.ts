/** Two hosts with a cable between them, in network namespaces. */
import { type ChildProcess, execFile, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT, until } from '../programs.ts'
import type { Ask, Sent, Tell } from './messages.ts'

export const VICTIM = { address: '203.0.113.1', port: 9000 } as const

/** Addresses that nobody has on this machine. */
export function attackerAddress(index: number): string {
  return `9.0.${index >> 8}.${index & 255}`
}

export interface Attacker {
  ask(kind: Ask['kind'], address: string): Promise<Sent>
  begin(address: string): void
  stop(): void
}

/** Gives this namespace a neighbour with so many addresses. */
export async function openAttacker(addresses: number): Promise<Attacker> {
  const keeper = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' })
  const enter = ['nsenter', `--target=${keeper.pid}`, '--net', '--']
  const own = execFileSync('readlink', ['/proc/self/ns/net'], { encoding: 'utf8' })
  await until('the other host', async () => {
    const { stdout } = await promisify(execFile)('readlink', [`/proc/${keeper.pid}/ns/net`])
    return stdout !== own
  })
  batch(
    [],
    [
      'link set lo up',
      `link add near type veth peer name far netns ${keeper.pid}`,
      'link set near up',
      `address add ${VICTIM.address}/32 dev near`,
      'route add default dev near',
    ],
  )
  const theirs = Array.from(
    { length: addresses },
    (_, index) => `address add ${attackerAddress(index)}/32 dev far`,
  )
  batch(enter, ['link set lo up', 'link set far up', ...theirs, 'route add default dev far'])
  const child = attackerProcess(keeper.pid ?? 0)
  const waiting = new Map<string, (sent: Sent) => void>()
  child.on('message', ({ address, sent }: Tell) => waiting.get(address)?.(sent))
  return {
    begin: (address) => void child.send({ kind: 'begin', address } satisfies Ask),
    async ask(kind, address) {
      const { promise, resolve } = Promise.withResolvers<Sent>()
      waiting.set(address, resolve)
      child.send({ kind, address } satisfies Ask)
      return await promise
    },
    stop: () => {
      child.disconnect()
      keeper.kill('SIGKILL')
    },
  }
}

function attackerProcess(pid: number): ChildProcess {
  const script = join(ROOT, 'bench/enforce/attacker.ts')
  return fork(script, {
    execPath: 'nsenter',
    execArgv: [`--target=${pid}`, '--net', '--', process.execPath],
  })
}

function batch(enter: readonly string[], commands: readonly string[]): void {
  const [program, ...words] = [...enter, 'ip', '-batch', '-']
  execFileSync(program, words, { input: commands.map((command) => `${command}\n`).join('') })
}

/** Ends with the process. */
export async function echoPackets(): Promise<void> {
  const { createSocket } = await import('node:dgram')
  const socket = createSocket('udp4')
  socket.on('message', (text, { address, port }) => socket.send(text, port, address))
  socket.bind(VICTIM.port, VICTIM.address)
  await once(socket, 'listening')
  socket.unref()
}
