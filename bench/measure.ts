/** Looks at processes from outside, through /proc. */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'

/** What one process took, from its start to its end. */
export interface Figures {
  readonly what: string
  readonly wallSeconds: number
  readonly peakMb: number
  /** All it printed. */
  readonly output: string
}

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
