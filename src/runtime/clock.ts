import { setTimeout as wait } from 'node:timers/promises'

/** Where programs take the time from, so that tests can move it. */
export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number
  /** Resolves after `milliseconds`, or at once when `signal` is aborted; never rejects. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(milliseconds, signal) {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(ignoreAbort)
  },
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error
}
