/** The built program as child processes. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** For measurements that are not about the limit of requests. */
export const UNLIMITED = '1000000'

const POLL_MS = 20
const PATIENCE_MS = 20_000

export interface BenchService {
  readonly process: ChildProcess
  readonly url: string
  /** What an agent needs to report to it. */
  readonly targetOptions: readonly string[]
}

/** @param node the Node to start it with; one that is too old starts the program's own besides */
export function honeyjam(args: readonly string[], node: string = process.execPath): ChildProcess {
  return spawn(node, [join(ROOT, 'bin/honeyjam.js'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Runs `use` beside a fresh service on a free port of the loopback interface. @param scratch where its data may lie */
export async function withService<Value>(
  scratch: string,
  use: (service: BenchService) => Promise<Value>,
): Promise<Value> {
  const data = mkdtempSync(join(scratch, 'data-'))
  const service = honeyjam(['serve', '--data', data, '--port', '0', '--reports-per-minute', UNLIMITED])
  try {
    await until('the service starts', () => existsSync(join(data, 'service.json')))
    const { url } = JSON.parse(readFileSync(join(data, 'service.json'), 'utf8')) as { url: string }
    const targetOptions = ['--data', data, '--api-url', url, '--key-file', join(data, 'admin.key')]
    return await use({ process: service, url, targetOptions })
  } finally {
    await stop(service)
    rmSync(data, { recursive: true, force: true })
  }
}

/** Runs `use` beside a server that takes everything at once and keeps nothing. @param scratch where its data may lie */
export async function withSink<Value>(
  scratch: string,
  use: (targetOptions: readonly string[]) => Promise<Value>,
): Promise<Value> {
  const data = mkdtempSync(join(scratch, 'sink-'))
  const portFile = join(data, 'port')
  const keyFile = join(data, 'key')
  writeFileSync(keyFile, 'bench')
  const sink = spawn(process.execPath, [join(ROOT, 'bench/sink.ts'), portFile], { stdio: 'inherit' })
  try {
    await until('the sink starts', () => existsSync(portFile))
    const url = `http://127.0.0.1:${readFileSync(portFile, 'utf8')}/v1/ip`
    return await use(['--data', data, '--api-url', url, '--key-file', keyFile])
  } finally {
    await stop(sink)
    rmSync(data, { recursive: true, force: true })
  }
}

/** Asks a program to end and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

/** @throws Error when it does not come about in time */
export async function until(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const giveUpAtMs = performance.now() + patienceMs
  while (!(await isDone())) {
    if (performance.now() > giveUpAtMs) throw new Error(`waited in vain: ${what}`)
    await wait(POLL_MS)
  }
}
