import { type Transferable, Worker } from 'node:worker_threads'
import { HoneyjamError, type Logger } from '../../runtime/index.ts'
import {
  type ArgumentOf,
  type Calls,
  CLOSE,
  type Failure,
  OPENED,
  type Reply,
  type Request,
} from './worker-service.ts'

export interface WorkerOptions {
  /** For errors and logs. */
  readonly name: string
  readonly logger: Logger
  /** Told when the worker ends by itself after it has opened: it does not come back. */
  readonly onEnd?: (error: HoneyjamError) => void
}

interface PendingCall {
  resolve(value: never): void
  reject(error: HoneyjamError): void
}

/**
 * Starts a worker that runs `serveCalls` and waits until its service is open.
 * @param data what the worker finds as `workerData`
 * @throws HoneyjamError why it could not be opened; the worker has ended then
 */
export async function startWorker<Named extends Calls>(
  script: URL,
  data: unknown,
  options: WorkerOptions,
): Promise<WorkerClient<Named>> {
  const client = new WorkerClient<Named>(
    new Worker(script, { name: options.name, workerData: data }),
    options,
  )
  await client.opened()
  return client
}

/** The main thread's end of a worker. Answers come in the order of the calls. */
export class WorkerClient<Named extends Calls> {
  readonly #worker: Worker
  readonly #options: WorkerOptions
  readonly #pending = new Map<number, PendingCall>()
  readonly #exited: Promise<void>
  /** Asked in this turn of the event loop: a message each would cost more than what small calls are about. */
  #outgoing: Request[] = []
  #transfers: Transferable[] = []
  #lastId = OPENED
  #isOpen = false
  #crash: unknown
  /** Why nothing more can be asked. */
  #gone: string | undefined
  #closing: Promise<void> | undefined

  constructor(worker: Worker, options: WorkerOptions) {
    this.#worker = worker
    this.#options = options
    const exited = Promise.withResolvers<void>()
    this.#exited = exited.promise
    worker.on('message', (replies: readonly Reply[]) => {
      for (const reply of replies) this.#settle(reply)
    })
    worker.on('error', (error) => {
      this.#crash = error
    })
    worker.on('messageerror', (error) => {
      this.#crash = error
      void worker.terminate()
    })
    worker.on('exit', (exitCode) => {
      this.#end(exitCode)
      exited.resolve()
    })
  }

  /** Resolves once the service is open. To be called once, at once. */
  async opened(): Promise<void> {
    try {
      await this.#answerOf(OPENED)
      this.#isOpen = true
    } catch (error) {
      await this.#exited
      throw error
    }
  }

  /**
   * Asks the worker.
   * @param transfer buffers of the argument that go over without being copied; the caller has them no more
   * @throws HoneyjamError what the worker threw; STORE_UNAVAILABLE when it has ended or ends before it answers
   */
  call<Name extends keyof Named & string>(
    name: Name,
    argument: ArgumentOf<Named[Name]>,
    transfer: readonly Transferable[] = [],
  ): Promise<ReturnType<Named[Name]>> {
    return this.#ask(name, argument, transfer)
  }

  /** Lets the worker answer what it was asked, close and end. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    if (this.#gone !== undefined) return
    const closed = this.#ask(CLOSE, undefined, [])
    this.#gone = 'is closed'
    try {
      await closed
    } finally {
      await this.#exited
    }
  }

  async #ask<Value>(name: string, argument: unknown, transfer: readonly Transferable[]): Promise<Value> {
    if (this.#gone !== undefined) throw this.#unavailable(this.#gone)
    const request: Request = { id: ++this.#lastId, name, argument }
    if (this.#outgoing.push(request) === 1) setImmediate(() => this.#send())
    this.#transfers.push(...transfer)
    return await this.#answerOf<Value>(request.id)
  }

  #send(): void {
    const requests = this.#outgoing
    const transfers = this.#transfers
    this.#outgoing = []
    this.#transfers = []
    this.#worker.postMessage(requests, transfers)
  }

  #answerOf<Value>(id: number): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>()
    this.#pending.set(id, { resolve, reject })
    return promise
  }

  #settle(reply: Reply): void {
    const call = this.#pending.get(reply.id)
    this.#pending.delete(reply.id)
    if ('failure' in reply) call?.reject(errorOf(reply.failure))
    // the worker's service has the type of the call, see `serveCalls`
    else call?.resolve(reply.value as never)
  }

  #end(exitCode: number): void {
    const lostCalls = [...this.#pending.values()]
    this.#pending.clear()
    this.#gone ??= 'ended unexpectedly: restart honeyjam'
    for (const call of lostCalls) call.reject(this.#unavailable('ended unexpectedly: restart honeyjam'))
    if (!this.#isOpen || (this.#closing !== undefined && lostCalls.length === 0)) return
    this.#options.logger.error(
      { worker: this.#options.name, exitCode, lostCalls: lostCalls.length, err: this.#crash },
      'a worker of the store ended unexpectedly; nothing can be stored until honeyjam is restarted',
    )
    this.#options.onEnd?.(this.#unavailable('ended unexpectedly: restart honeyjam'))
  }

  #unavailable(why: string): HoneyjamError {
    return new HoneyjamError('STORE_UNAVAILABLE', `the ${this.#options.name} worker ${why}`, {
      cause: this.#crash,
      fields: { worker: this.#options.name },
    })
  }
}

function errorOf({ code, message, fields, cause }: Failure): HoneyjamError {
  return new HoneyjamError(code, message, {
    fields,
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  })
}
