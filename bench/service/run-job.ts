import { setTimeout as wait } from 'node:timers/promises'
import { Connection } from './connection.ts'
import type { Job, JobFigures, LookUpJob, ReportJob, Target } from './jobs.ts'
import { addressText, numberedAddress } from './numbered-addresses.ts'
import { quantilesOf } from './quantiles.ts'

/** Makes the requests of a job, one after the other. */
interface Requests {
  next(): string
  readonly nextNew: number
}

/** Runs a job to its end. */
export async function runJob(job: Job, target: Target): Promise<JobFigures> {
  const requests = job.kind === 'reports' ? new ReportRequests(job, target) : new LookUps(job, target)
  const connections = await Promise.all(
    Array.from({ length: job.senders }, () => Connection.open(target.url)),
  )
  const latenciesMs: number[] = []
  const errors: Record<string, number> = {}
  const startMs = performance.now()
  const pace = paceOf(job, startMs)
  const send = async (connection: Connection) => {
    for (;;) {
      const dueMs = await pace()
      if (dueMs === undefined) return
      const status = await connection.exchange(requests.next())
      latenciesMs.push(performance.now() - dueMs)
      if (status !== 200 && status !== 202) errors[status] = (errors[status] ?? 0) + 1
    }
  }
  await Promise.all(
    connections.map((connection) =>
      send(connection).catch((error: unknown) => {
        const text = error instanceof Error ? error.message : String(error)
        errors[text] = (errors[text] ?? 0) + 1
      }),
    ),
  )
  const seconds = (performance.now() - startMs) / 1000
  for (const connection of connections) connection.close()
  return {
    requests: latenciesMs.length,
    errors,
    perSecond: latenciesMs.length / seconds,
    ...quantilesOf(latenciesMs),
    nextNew: requests.nextNew,
  }
}

/**
 * Says when the next request goes out: resolves then, with the moment from which its latency counts. With a fixed pace that is the
 * moment at which it was due, so that a request which had to wait for a sender is not taken for a fast one.
 */
function paceOf({ seconds, perSecond }: Job, startMs: number): () => Promise<number | undefined> {
  const endMs = startMs + 1000 * seconds
  let count = 0
  return async () => {
    const nowMs = performance.now()
    if (nowMs >= endMs) return undefined
    if (perSecond === undefined) return nowMs
    const dueMs = startMs + (1000 * count++) / perSecond
    if (dueMs <= nowMs) return dueMs
    await wait(dueMs - nowMs)
    return performance.now()
  }
}

class ReportRequests implements Requests {
  readonly #job: ReportJob
  readonly #head: string
  nextNew: number

  constructor(job: ReportJob, { url, key }: Target) {
    this.#job = job
    this.nextNew = job.firstNew
    this.#head = `POST /v1/ip HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\n`
  }

  next(): string {
    const { addresses, ttlSeconds } = this.#job
    const texts = Array.from({ length: addresses }, () => addressText(numberedAddress(this.#number())))
    const body = JSON.stringify({
      addresses: texts,
      ttl: ttlSeconds,
      type: 'ABUSE',
      tags: ['COWRIE', 'LOGIN', 'SESSION'],
    })
    return `${this.#head}Idempotency-Key: ${crypto.randomUUID()}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  }

  #number(): number {
    const { pool } = this.#job
    if (pool !== undefined) return Math.floor(Math.random() * pool)
    if (Math.random() < 0.5 || this.nextNew === 0) return this.nextNew++
    return Math.floor(Math.random() * this.nextNew)
  }
}

class LookUps implements Requests {
  readonly #job: LookUpJob
  readonly #tail: string
  readonly nextNew = 0

  constructor(job: LookUpJob, { url, key }: Target) {
    this.#job = job
    this.#tail = ` HTTP/1.1\r\nHost: ${new URL(url).host}\r\nAuthorization: Bearer ${key}\r\n\r\n`
  }

  next(): string {
    const { path, known } = this.#job
    // as many numbers again belong to addresses that nobody has reported
    const number = Math.floor(Math.random() * 2 * Math.max(1, known))
    return `GET ${path}${addressText(numberedAddress(number))}${this.#tail}`
  }
}
