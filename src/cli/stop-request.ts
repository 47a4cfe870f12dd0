/** The wish of a person or a supervisor that the program ends. */
export interface StopRequest {
  /** Aborts at the first signal. */
  readonly signal: AbortSignal
  /** The signal that came, `undefined` before. */
  receivedSignal(): StopSignal | undefined
  /** Stops listening. */
  close(): void
}

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

/**
 * One Ctrl-C can arrive several times: from the terminal, and again from npm and from the launcher, which forward it.
 */
const SAME_REQUEST_MS = 500

/**
 * Listens for SIGINT, SIGTERM and SIGHUP; a second request ends the process at once, as if nobody listened.
 * @param onReload what SIGHUP is for instead, as people expect of a program that runs without a terminal
 */
export function listenForStop(onReload?: () => void): StopRequest {
  const controller = new AbortController()
  let received: StopSignal | undefined
  let receivedAtMs = 0

  const onSignal = (name: StopSignal) => {
    if (name === 'SIGHUP' && onReload !== undefined) {
      onReload()
      return
    }
    const nowMs = performance.now()
    if (received === undefined) {
      received = name
      receivedAtMs = nowMs
      controller.abort()
    } else if (nowMs - receivedAtMs > SAME_REQUEST_MS) {
      close()
      process.kill(process.pid, name)
    }
  }
  const close = () => {
    for (const name of STOP_SIGNALS) process.off(name, onSignal)
  }

  for (const name of STOP_SIGNALS) process.on(name, onSignal)
  return { signal: controller.signal, receivedSignal: () => received, close }
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
