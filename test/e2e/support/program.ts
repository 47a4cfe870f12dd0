import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url))
export const PROGRAM = join(REPOSITORY, 'bin', 'honeyjam.js')
const DIST = join(REPOSITORY, 'dist')
const POLL_MS = 20
const LONGEST_BUILD_MS = 120_000
const DEFAULT_PATIENCE_MS = 20_000

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly workingDirectory?: string
  /** What the program reads on standard input; nothing by default. */
  readonly input?: string
  /** The Node to run it with; the one that runs the tests by default. */
  readonly node?: string
  /** Words that stand before the command, such as those that enter a network. */
  readonly through?: readonly string[]
}

export interface Finished {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A program that runs; killed at the end of the test when it still does. */
export interface Running {
  readonly pid: number
  readonly child: ChildProcess
  /** What it printed so far. */
  stdout(): string
  stderr(): string
  readonly finished: Promise<Finished>
  kill(signal: NodeJS.Signals): void
}

/** Starts the built program. */
export function start(words: readonly string[], options: RunOptions = {}): Running {
  return launch([options.node ?? process.execPath, PROGRAM, ...words], options)
}

/** Starts any program. */
export function launch(command: readonly string[], options: RunOptions = {}): Running {
  const home = temporaryDirectory()
  const [program = '', ...words] = [...(options.through ?? []), ...command]
  const child = spawn(program, words, {
    cwd: options.workingDirectory ?? home,
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...printed }))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await finished
  })
  return {
    pid: child.pid ?? 0,
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    finished,
    kill: (signal) => void child.kill(signal),
  }
}

/** Runs the built program to its end. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return start(words, options).finished
}

/** A directory of this test's own, removed at its end. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-e2e-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Asks again until there is an answer. */
export async function waitFor<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  patienceMs = DEFAULT_PATIENCE_MS,
): Promise<Answer> {
  const deadlineMs = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > deadlineMs) throw new Error(`waited ${patienceMs} ms in vain: ${what}`)
    await wait(POLL_MS)
  }
}

/** Whether a process is there; one that ended and waits for its parent to notice is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (!existsSync(`/proc/${pid}/stat`)) return process.platform !== 'linux'
  return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

/** Builds what the tests run when the sources are newer, once for all test files. */
export function buildProgram(): void {
  const lock = join(REPOSITORY, 'node_modules', '.honeyjam-e2e-build')
  takeLock(lock)
  try {
    if (newestIn(join(REPOSITORY, 'src'), '.ts') > newestIn(DIST, '.js')) {
      execFileSync('npm', ['run', 'build'], { cwd: REPOSITORY, stdio: 'pipe' })
    }
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** Waits while another test file builds; a lock that is older than any build was left by one that was killed. */
function takeLock(lock: string): void {
  for (;;) {
    try {
      mkdirSync(lock)
      return
    } catch {
      const madeAtMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
      if (Date.now() - madeAtMs > LONGEST_BUILD_MS) rmSync(lock, { recursive: true, force: true })
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS)
    }
  }
}

function newestIn(directory: string, extension: string): number {
  if (!existsSync(directory)) return 0
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
  const times = files
    .filter((name) => name.endsWith(extension) && !name.endsWith('.test.ts'))
    .map((name) => statSync(join(directory, name)).mtimeMs)
  return Math.max(0, ...times)
}
