/** Looks at processes from outside, through /proc. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** What one process took, from its start to its end. */
export interface Figures {
  readonly what: string
  readonly wallSeconds: number
  readonly peakMb: number
  /** All it printed. */
  readonly output: string
}

/** What a process and those it has started hold and have taken so far. */
export interface Use {
  readonly processes: number
  readonly cpuSeconds: number
  readonly residentMb: number
  /** Memory of which shared pages count in part, so that it may be summed. */
  readonly proportionalMb: number
}

/** Linux counts the time of processes in these, whatever the kernel was built for. */
const TICKS_PER_SECOND = 100
const LOOK_EVERY_MS = 20

/** Waits for the end of a process that was started just now. @throws Error when it fails */
export async function measure(what: string, child: ChildProcess): Promise<Figures> {
  const startMs = performance.now()
  let output = ''
  let peakMb = 0
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString()
  })
  const watch = setInterval(() => {
    peakMb = Math.max(peakMb, peakMbOf(child))
  }, LOOK_EVERY_MS)
  const [code] = (await once(child, 'close')) as [number | null]
  clearInterval(watch)
  if (code !== 0) throw new Error(`${what} ended with ${code}`)
  return { what, wallSeconds: (performance.now() - startMs) / 1000, peakMb, output }
}

/** High-water mark of the process's memory (Linux; 0 elsewhere). */
export function peakMbOf({ pid }: ChildProcess): number {
  const status = `/proc/${pid}/status`
  if (!existsSync(status)) return 0
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1024
  } catch {
    return 0 // ended between the look and the read
  }
}

/** Looks at a running process and all it has started (Linux only). */
export function useOf({ pid }: Pick<ChildProcess, 'pid'>): Use {
  const pids = familyOf(Number(pid))
  const sum = (of: (pid: number) => number) => pids.reduce((total, one) => total + of(one), 0)
  return {
    processes: pids.length,
    cpuSeconds: sum(cpuSecondsOf),
    residentMb: sum((one) => kilobytes(`/proc/${one}/status`, 'VmRSS') / 1024),
    proportionalMb: sum((one) => kilobytes(`/proc/${one}/smaps_rollup`, 'Pss') / 1024),
  }
}

function familyOf(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  )
  return [pid, ...children.flatMap((child) => familyOf(Number(child)))]
}

function cpuSecondsOf(pid: number): number {
  // the name in parentheses may hold anything, also spaces
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').trim().split(' ')
  const [user = 0, system = 0] = fields.slice(11, 13).map(Number)
  return (user + system) / TICKS_PER_SECOND
}

function kilobytes(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'utf8'))?.[1] ?? 0)
}
