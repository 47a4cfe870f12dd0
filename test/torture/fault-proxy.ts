import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { REPORT_PATHS } from '../../src/contract/index.ts'

/** What the proxy does with one report. The last three let the service take it and the agent not know. */
export const FAULTS = [
  'cut',
  'delay',
  '429 in seconds',
  '429 with a date',
  '500',
  '401',
  'garbage',
  'silence',
  'answer lost',
  'answer garbled',
  'taken, then 500',
] as const
export type Fault = (typeof FAULTS)[number]

/** Share of the reports that pass while there is trouble. */
const PASSING = 0.35
const LONGEST_DELAY_MS = 700
const LONGEST_SILENCE_MS = 2500
/** A date has whole seconds, so that one less might be now. */
const RETRY_AFTER_SECONDS = 1

interface Answer {
  readonly status: number
  readonly body: Buffer
}

/** Stands between agent and service, does harm to what passes, and knows what the service took. */
export class FaultProxy {
  readonly #server: Server
  readonly #random: () => number
  readonly #servicePort: number
  readonly #bodiesByKey = new Map<string, Set<string>>()
  readonly #takenKeys = new Set<string>()
  /** How often each fault was done. */
  readonly faults = new Map<string, number>()
  requests = 0
  #isHostile = false
  readonly #planned: Fault[] = []

  private constructor(servicePort: number, random: () => number) {
    this.#servicePort = servicePort
    this.#random = random
    this.#server = createServer((incoming, response) => {
      // a sender that was killed in the middle of its report leaves nothing to do
      this.#serve(incoming, response).catch(() => incoming.socket.destroy())
    })
  }

  /** Listens on a free port of the loopback interface. */
  static async start(servicePort: number, random: () => number): Promise<FaultProxy> {
    const proxy = new FaultProxy(servicePort, random)
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve)
    })
    return proxy
  }

  get reportUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1/ip`
  }

  /** Keys under which different reports came: one key must stand for one report for ever. */
  get ambiguousKeys(): string[] {
    return [...this.#bodiesByKey].filter(([, bodies]) => bodies.size > 1).map(([key]) => key)
  }

  /** In how many reports that the service answered 202 each address stood, each key counted once. */
  get reportsByAddress(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const key of this.#takenKeys) {
      for (const body of this.#bodiesByKey.get(key) ?? []) {
        for (const address of new Set((JSON.parse(body) as { addresses: string[] }).addresses)) {
          counts.set(address, (counts.get(address) ?? 0) + 1)
        }
      }
    }
    return counts
  }

  get reports(): number {
    return this.#takenKeys.size
  }

  doFaultsAtRandom(): void {
    this.#isHostile = true
  }

  /** The next report meets this fault, once those planned before were met. */
  plan(fault: Fault): void {
    this.#planned.push(fault)
  }

  endFaults(): void {
    this.#isHostile = false
    this.#planned.length = 0
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    // heartbeats are harmed as well, but nothing is counted of them: they are no reports
    const isReport = incoming.url === REPORT_PATHS.report
    const fault = (isReport ? this.#planned.shift() : undefined) ?? this.#chooseFault()
    const countFault = () => {
      if (fault !== undefined && isReport) this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1)
    }
    if (fault === 'cut') {
      countFault()
      incoming.socket.resetAndDestroy()
      return
    }
    const body = await buffer(incoming)
    if (isReport) {
      this.requests += 1
      this.#note(incoming, body)
    }
    countFault()
    if (fault === 'delay') await pause(this.#random() * LONGEST_DELAY_MS)
    if (fault !== undefined && this.#answerAlone(fault, response)) return
    if (fault === 'silence') {
      await pause(this.#random() * LONGEST_SILENCE_MS)
      incoming.socket.destroy()
      return
    }
    const answer = await this.#forward(incoming, body)
    if (answer.status === 202) this.#takenKeys.add(keyOf(incoming))
    giveBack(answer, fault, response)
  }

  #chooseFault(): Fault | undefined {
    if (!this.#isHostile || this.#random() < PASSING) return undefined
    return FAULTS[Math.floor(this.#random() * FAULTS.length)]
  }

  #note(incoming: IncomingMessage, body: Buffer): void {
    const key = keyOf(incoming)
    const bodies = this.#bodiesByKey.get(key) ?? new Set()
    this.#bodiesByKey.set(key, bodies.add(body.toString()))
  }

  /** Answers what the service never hears of. */
  #answerAlone(fault: Fault, response: ServerResponse): boolean {
    if (fault === '429 in seconds') answerLimited(response, String(RETRY_AFTER_SECONDS))
    else if (fault === '429 with a date') {
      answerLimited(response, new Date(Date.now() + RETRY_AFTER_SECONDS * 1000).toUTCString())
    } else if (fault === '500' || fault === '401') response.writeHead(Number(fault)).end()
    else if (fault === 'garbage') response.socket?.end('\u0000\u0001 this is not HTTP\r\n\r\n')
    else return false
    return true
  }

  /** @throws Error the service is not there, or was killed before it answered */
  async #forward(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const { method = 'POST', url: path = '/', headers } = incoming
    const address = { host: '127.0.0.1', port: this.#servicePort, method, path, headers, agent: false }
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request(address, resolve).on('error', reject).end(body)
    })
    return { status: answer.statusCode ?? 0, body: await buffer(answer) }
  }
}

function giveBack(answer: Answer, fault: Fault | undefined, response: ServerResponse): void {
  if (fault === 'answer lost') response.socket?.resetAndDestroy()
  else if (fault === 'answer garbled') response.socket?.end('HTTP/1.1 2')
  else if (fault === 'taken, then 500') response.writeHead(500).end()
  else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
}

function answerLimited(response: ServerResponse, retryAfter: string): void {
  response.writeHead(429, { 'retry-after': retryAfter }).end()
}

function keyOf({ headers }: IncomingMessage): string {
  return String(headers['idempotency-key'])
}
