import type { MessagePort, Transferable } from 'node:worker_threads'
import type { HoneyjamError } from '../../runtime/index.ts'
import { storeError, textOf } from './store-error.ts'

/** What a worker can be asked, by name: one argument in, one value out; both survive a structured clone. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>
export type ArgumentOf<Call extends Calls[string]> = Parameters<Call>[0]

/** What a worker does: its answers, and how it lets go. */
export interface Service<Named extends Calls> {
  readonly answers: { readonly [Name in keyof Named]: Answer<Named[Name]> }
  close(): void
}

/** Answers one call; or `together` all calls that wait in a row, all of which fail when it throws. */
type Answer<Call extends Calls[string]> =
  | ((argument: ArgumentOf<Call>) => ReturnType<Call> | Moved<ReturnType<Call>>)
  | { together(arguments_: readonly ArgumentOf<Call>[]): readonly ReturnType<Call>[] }

/** A value whose buffers go over to the other thread without being copied; here they are gone. */
export class Moved<Value> {
  readonly value: Value
  readonly buffers: readonly Transferable[]

  constructor(value: Value, buffers: readonly Transferable[]) {
    this.value = value
    this.buffers = buffers
  }
}

/** One call on its way to the worker. */
export interface Request {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

/** One answer on its way back. */
export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure }

/** A HoneyjamError in a form that crosses threads. */
export interface Failure extends Pick<HoneyjamError, 'code' | 'message' | 'fields'> {
  readonly cause: string | undefined
}

/** The id of the answer that tells whether the service could be opened. */
export const OPENED = 0
/** The name of the call that ends the worker; calls sent before it are answered first. */
export const CLOSE = 'close'

/**
 * Runs a service in a worker thread: opens it, then answers calls in the order in which they came.
 * Calls that arrive while others are being answered wait and are taken together.
 * @param name of the service, for the text of errors
 */
export function serveCalls<Named extends Calls>(
  port: MessagePort,
  name: string,
  open: () => Service<Named>,
): void {
  const post = (replies: readonly Reply[], buffers: readonly Transferable[] = []) =>
    port.postMessage(replies, [...buffers])
  const fail = (id: number, error: unknown): Reply => ({ id, failure: failureOf(storeError(name, error)) })
  let service: Service<Named>
  try {
    service = open()
  } catch (error) {
    post([fail(OPENED, error)])
    return
  }

  const waiting: Request[] = []
  port.on('message', (requests: readonly Request[]) => {
    // all messages that are there already are delivered before the immediate runs
    if (waiting.length === 0) setImmediate(answerWaiting)
    waiting.push(...requests)
  })
  post([{ id: OPENED, value: undefined }])

  function answerWaiting(): void {
    for (const run of runsOfOneName(waiting.splice(0))) answerRun(run)
  }

  function answerRun(run: readonly Request[]): void {
    const answer = service.answers[run[0]?.name ?? CLOSE]
    if (answer === undefined) return close(run)
    if (typeof answer === 'function') return answerEach(run, answer)
    try {
      const values = answer.together(run.map(({ argument }) => argument as never))
      post(run.map(({ id }, index) => ({ id, value: values[index] })))
    } catch (error) {
      post(run.map(({ id }) => fail(id, error)))
    }
  }

  function answerEach(run: readonly Request[], answer: (argument: never) => unknown): void {
    for (const { id, argument } of run) {
      try {
        const value = answer(argument as never)
        if (value instanceof Moved) post([{ id, value: value.value }], value.buffers)
        else post([{ id, value }])
      } catch (error) {
        post([fail(id, error)])
      }
    }
  }

  function close(run: readonly Request[]): void {
    answerEach(run, () => service.close())
    port.close()
  }
}

function runsOfOneName(requests: readonly Request[]): readonly (readonly Request[])[] {
  const runs: Request[][] = []
  for (const request of requests) {
    const last = runs.at(-1)
    if (last?.[0]?.name === request.name) last.push(request)
    else runs.push([request])
  }
  return runs
}

function failureOf({ code, message, fields, cause }: HoneyjamError): Failure {
  return { code, message, fields, cause: cause === undefined ? undefined : textOf(cause) }
}
