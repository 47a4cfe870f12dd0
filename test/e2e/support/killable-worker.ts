/** Runs first in a program: lets SIGUSR2 end one of its worker threads. */
const PRELOAD = `
  const threads = process.getBuiltinModule('node:worker_threads')
  const { syncBuiltinESMExports } = process.getBuiltinModule('node:module')
  const { Worker } = threads
  threads.Worker = class extends Worker {
    constructor(script, options) {
      super(script, options)
      if (options?.name === process.env.TEST_KILLABLE_WORKER) process.once('SIGUSR2', () => this.terminate())
    }
  }
  syncBuiltinESMExports()`

/** The environment in which SIGUSR2 ends the worker of this name, as running out of memory would. */
export function killableWorker(name: string): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(PRELOAD)}`,
    TEST_KILLABLE_WORKER: name,
  }
}
