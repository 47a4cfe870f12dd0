import { setTimeout as pause } from 'node:timers/promises'

const POLL_MS = 50

/** Asks again until the answer is yes. @throws Error it is not within `patienceMs` */
export async function until(what: string, patienceMs: number, ask: () => unknown): Promise<void> {
  const deadlineMs = performance.now() + patienceMs
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return
    if (performance.now() > deadlineMs) throw new Error(`waited ${patienceMs} ms in vain for ${what}`)
    await pause(POLL_MS)
  }
}

export async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`)
    await answer.arrayBuffer()
    return answer.status === 200
  } catch {
    // not up yet
    return false
  }
}

/** `total_reports` of each address on the list. */
export async function fetchTotals(port: number, key: string): Promise<Map<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${port}/v1/denylist/reported/ip`, {
    headers: { authorization: `Bearer ${key}` },
  })
  if (answer.status !== 200) throw new Error(`the list: ${answer.status} ${await answer.text()}`)
  const { addresses } = (await answer.json()) as { addresses: { self: string; total_reports: number }[] }
  return new Map(
    addresses.map(({ self, total_reports: reports }) => [
      decodeURIComponent(self.slice(self.lastIndexOf('/') + 1)),
      reports,
    ]),
  )
}
