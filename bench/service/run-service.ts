/** The service and the processes beside it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, stop, UNLIMITED, until } from '../programs.ts'
import type { BenchStore } from './bench-store.ts'
import type { Job, JobFigures } from './jobs.ts'
import type { Sample } from './sample.ts'

/** Reading millions of entries takes a while. */
const START_PATIENCE_MS = 120_000

export interface RunningService {
  readonly process: ChildProcess
  readonly url: string
  readonly keyFile: string
  /** Asks it for its memory, after a collection, and for the delays since it was last asked. */
  sample(): Promise<Sample>
  stop(): Promise<void>
}

export interface RunOptions {
  readonly directory: string
  readonly store: BenchStore
  /** For Node, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[]
}

/** Starts `serve` with the probe in it. */
export async function runService({
  directory,
  store,
  nodeOptions = [],
}: RunOptions): Promise<RunningService> {
  const probe = ['--expose-gc', '--import', join(ROOT, 'bench/probe.ts')]
  const words = ['serve', '--data', directory, '--port', '0', '--log-level', 'warn', ...store.options]
  const child = spawn(
    process.execPath,
    [...nodeOptions, ...probe, join(ROOT, 'bin/honeyjam.js'), ...words, '--reports-per-minute', UNLIMITED],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const serviceFile = join(directory, 'service.json')
  await until('the service starts', () => existsSync(serviceFile), START_PATIENCE_MS)
  const { url } = JSON.parse(readFileSync(serviceFile, 'utf8')) as { url: string }
  return {
    process: child,
    url,
    keyFile: join(directory, 'admin.key'),
    sample: () => ask<Sample>(child, 'sample'),
    stop: async () => {
      store.close()
      await stop(child)
    },
  }
}

/** A process that makes requests. */
export interface Load {
  run(job: Job): Promise<JobFigures>
  stop(): Promise<void>
}

export function startLoad({ url, keyFile }: Pick<RunningService, 'url' | 'keyFile'>): Load {
  const child = spawn(process.execPath, [join(ROOT, 'bench/load.ts'), url, keyFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return { run: (job) => ask<JobFigures>(child, job), stop: () => stop(child) }
}

/** Starts a fastify route that does nothing. @returns its URL and how to end it */
export async function runBareRoute(scratch: string): Promise<{ url: string; stop(): Promise<void> }> {
  const portFile = join(mkdtempSync(join(scratch, 'bare-')), 'port')
  const child = spawn(process.execPath, [join(ROOT, 'bench/bare-route.ts'), portFile], { stdio: 'inherit' })
  await until('the bare route starts', () => existsSync(portFile))
  return { url: `http://127.0.0.1:${readFileSync(portFile, 'utf8')}`, stop: () => stop(child) }
}

async function ask<Answer>(child: ChildProcess, question: Job | string): Promise<Answer> {
  const done = new AbortController()
  const ended = once(child, 'exit', { signal: done.signal }).then(() => {
    throw new Error('a process of the measurement ended')
  })
  ended.catch(() => undefined)
  try {
    const answered = once(child, 'message', { signal: done.signal }) as Promise<[Answer]>
    child.send(question)
    const [answer] = await Promise.race([answered, ended])
    return answer
  } finally {
    done.abort()
  }
}
