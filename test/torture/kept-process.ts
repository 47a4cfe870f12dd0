import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, createWriteStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/honeyjam.js', import.meta.url))
/** As a service manager waits before it starts a program again that ended by itself. */
const RESTART_MS = 200

export interface KeptProcessOptions {
  readonly words: readonly string[]
  /** Home and working directory. */
  readonly directory: string
  /** What it prints is added here. */
  readonly outputFile: string
}

/** The built program, started again whenever it ends, until it is stopped. */
export class KeptProcess {
  readonly #options: KeptProcessOptions
  #child: ChildProcess | undefined
  #isWanted = false
  /** Times it ended without being killed. */
  exits = 0
  kills = 0

  constructor(options: KeptProcessOptions) {
    this.#options = options
  }

  start(): void {
    this.#isWanted = true
    const { words, directory, outputFile } = this.#options
    const child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: directory,
      env: { PATH: process.env['PATH'] ?? '', HOME: directory },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.pipe(createWriteStream(outputFile, { flags: 'a' }))
    }
    child.once('exit', (code, signal) => {
      if (this.#child !== child || !this.#isWanted) return
      this.exits += 1
      appendFileSync(outputFile, `ended by itself: ${code ?? signal}\n`)
      void pause(RESTART_MS).then(() => {
        if (this.#isWanted && this.#child === child) this.start()
      })
    })
  }

  /** Ends it with SIGKILL and leaves it down. */
  async kill(): Promise<void> {
    this.#isWanted = false
    const child = this.#child
    this.#child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    this.kills += 1
  }
}
