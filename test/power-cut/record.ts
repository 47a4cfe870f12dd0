import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseTrace, type SystemCall } from './parse-trace.ts'
import { Replay, TRACED_CALLS } from './replay.ts'

/** Every path a program writes to belongs to the disk that loses its power. */
export interface Recording {
  readonly root: string
  readonly marks: string
  readonly calls: readonly SystemCall[]
}

/** Files that processes share as memory, which no system call shows. SQLite makes this one anew after a power cut. */
const IN_MEMORY = /-shm$/
const LONGEST_MS = 60_000
/** Now and then the disk takes long, so that whoever does not wait for it does much meanwhile. */
const SLOW_DISK = 'inject=fsync,fdatasync:delay_enter=60000:when=7+5'

/** Why programs cannot be recorded here, or `undefined` when they can. */
export function whyNotRecordable(): string | undefined {
  if (process.platform !== 'linux') return 'Linux only'
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', '/bin/true'], { stdio: 'ignore' })
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? 'strace is not installed'
      : 'this user may not trace'
  }
}

/**
 * Runs `drivers/NAME.ts ROOT MARKS SEED` to its end and gives the calls with which it changed files.
 * @throws Error the driver failed, or a change of the disk is not among the calls
 */
export function record(driver: string, seed: number): Recording {
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-recording-'))
  try {
    const [root, marks, trace] = ['disk', 'marks', 'trace'].map((name) => join(directory, name)) as [
      string,
      string,
      string,
    ]
    mkdirSync(root)
    const script = fileURLToPath(new URL(`./drivers/${driver}.ts`, import.meta.url))
    const strace = ['-f', '--seccomp-bpf', '-qq', '-ttt', '-xx', '-s', String(2 ** 24), '-o', trace]
    const rules = ['-e', `trace=${TRACED_CALLS}`, '-e', SLOW_DISK]
    const words = [...strace, ...rules, process.execPath, script, root, marks]
    // libuv would otherwise write by a ring in memory, without system calls
    const env = { ...process.env, UV_USE_IO_URING: '0' }
    const run = spawnSync('strace', [...words, String(seed)], { env, encoding: 'utf8', timeout: LONGEST_MS })
    if (run.status !== 0) throw new Error(`the driver ${driver} failed: ${run.stderr}`)
    const recording = { root, marks, calls: [...parseTrace(readFileSync(trace, 'latin1'))] }
    checkCompleteness(recording)
    return recording
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Whether the calls account for everything that now stands on the real disk. */
function checkCompleteness({ root, marks, calls }: Recording): void {
  const replay = new Replay(root, marks)
  for (const call of calls) replay.apply(call)
  const files = replay.disk.files().filter(([path]) => !IN_MEMORY.test(path))
  const seen = listFiles(root).filter((path) => !IN_MEMORY.test(path))
  const names = files.map(([path]) => path)
  if (names.toSorted().join('\n') !== seen.toSorted().join('\n')) {
    throw new Error(`recorded: ${names.join(', ')}; on the disk: ${seen.join(', ')}`)
  }
  for (const [path, { content }] of files) {
    if (!content.equals(readFileSync(join(root, path)))) throw new Error(`${path} changed without a call`)
  }
}

function listFiles(root: string): string[] {
  if (!existsSync(root)) return []
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(root, path)).isFile(),
  )
}
