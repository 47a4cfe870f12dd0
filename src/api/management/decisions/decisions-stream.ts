import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DecisionsStreamQuery, MANAGEMENT_PATHS } from '../../../contract/index.ts'
import { type Decisions, parseRevision, type Revision, revisionText } from '../../../denylist/index.ts'
import type { AdmissionHooks } from '../../admission-hooks.ts'
import { admissionOf, isStillLetIn } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { checkQuery } from '../../query.ts'
import type { DecisionsAnswers } from './decisions-answers.ts'
import { chunksOfAnswer, type DecisionsAnswer } from './decisions-body.ts'

/** How often a proof comes, which is a sign of life as well. */
const PROOF_EVERY_MS = 15_000
/**
 * Streams belong to groups. Those of one send at the same instants, so that they hold the same revision and share an answer; those of
 * another at others, so that nobody waits until a thousand are written.
 */
const GROUPS = 10
/** How often changes go out. With many streams less often, since each of them costs a write. */
const GATHER_MS = 50
const GATHER_MS_A_STREAM = 0.5
const LONGEST_GATHER_MS = 500
/** For clients that reconnect by themselves. */
const RETRY_MS = 1_000
const OVER = Symbol('over')

export interface StreamContext extends Pick<ApiContext, 'accounts' | 'clock' | 'metrics'> {
  readonly decisions: Decisions
  readonly answers: DecisionsAnswers
}

/** `GET /honeyjam/v1/decisions/stream`: what changes, as server-sent events; see docs/reference/decisions.md. */
export function addDecisionsStream(
  app: FastifyInstance,
  context: StreamContext,
  enforcing: AdmissionHooks,
): void {
  const stream = new DecisionsStream(context)
  // a stream has no end of its own, and closing waits for requests under way
  app.addHook('preClose', (done) => {
    stream.end()
    done()
  })
  app.get(MANAGEMENT_PATHS.decisionsStream, enforcing, (request, reply) => stream.answer(request, reply))
}

class DecisionsStream {
  readonly #context: StreamContext
  readonly #ending = new AbortController()
  #open = 0
  #opened = 0
  readonly #events = new WeakMap<DecisionsAnswer, Promise<Buffer>>()

  constructor(context: StreamContext) {
    this.#context = context
  }

  end(): void {
    this.#ending.abort()
  }

  answer(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { since } = checkQuery(request, DecisionsStreamQuery)
    const last = request.headers['last-event-id']
    this.#context.metrics.noteStream(reply.raw)
    const gone = new AbortController()
    this.#open++
    reply.raw.once('close', () => {
      this.#open--
      gone.abort()
    })
    const events = this.#follow(admissionOf(request).grant.accountId, {
      share: (this.#opened++ % GROUPS) / GROUPS,
      since: parseRevision(String(last ?? since ?? '')),
      signal: AbortSignal.any([gone.signal, this.#ending.signal]),
      isLetIn: () => isStillLetIn(this.#context, request),
    })
    // one at a time: a reader who is slow gets what came meanwhile in one piece
    const body = Readable.from(events, { objectMode: false, highWaterMark: 1 })
    return reply
      .type('text/event-stream')
      .header('cache-control', 'no-store')
      .header('x-accel-buffering', 'no')
      .send(body)
  }

  async *#follow(
    accountId: number,
    {
      share,
      since,
      signal,
      isLetIn,
    }: {
      /** Of the time between two instants, by which its own are later. */
      readonly share: number
      readonly since: Revision | undefined
      readonly signal: AbortSignal
      readonly isLetIn: () => boolean
    },
  ): AsyncGenerator<Buffer | string> {
    const { decisions, answers, clock } = this.#context
    yield `retry: ${RETRY_MS}\n\n`
    let held = since
    let proofAtMs = nextInstantMs(clock.nowMs(), PROOF_EVERY_MS, share)
    while (held !== undefined && !signal.aborted) {
      const isProof = clock.nowMs() >= proofAtMs
      if (isProof) proofAtMs = nextInstantMs(clock.nowMs(), PROOF_EVERY_MS, share)
      if (isProof || decisions.hasChangedSince(accountId, held)) {
        const answer = await answers.since(accountId, { since: held, wantsProof: isProof })
        if (answer === undefined) break
        const event = await this.#event(answer)
        // the key may have ended since, and the next request with it says so
        if (!isLetIn()) return
        yield event
        held = answer.changes.revision
      }
      await this.#wait(accountId, held, { share, untilMs: proofAtMs, signal })
    }
    if (!signal.aborted) yield 'event: reset\ndata: {}\n\n'
  }

  /** Waits for a change, and a moment longer for those that come with it, or for the next proof. */
  async #wait(
    accountId: number,
    held: Revision,
    {
      share,
      untilMs,
      signal,
    }: { readonly share: number; readonly untilMs: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { decisions, clock } = this.#context
    const over = new AbortController()
    const stop = AbortSignal.any([signal, over.signal])
    const proof = clock.sleep(Math.max(0, untilMs - clock.nowMs()), stop)
    await Promise.race([decisions.waitForChange(accountId, held, stop), proof])
    // with a reason: the default one is an exception with all its stack
    over.abort(OVER)
    const nowMs = clock.nowMs()
    if (signal.aborted || nowMs >= untilMs) return
    await clock.sleep(nextInstantMs(nowMs, this.#gatherMs, share) - nowMs, signal)
  }

  get #gatherMs(): number {
    return Math.min(LONGEST_GATHER_MS, Math.max(GATHER_MS, GATHER_MS_A_STREAM * this.#open))
  }

  /** An event is an answer as `GET /honeyjam/v1/decisions` gives it, line by line. */
  #event(answer: DecisionsAnswer): Promise<Buffer> {
    const known = this.#events.get(answer)
    if (known !== undefined) return known
    const made = eventOf(answer)
    this.#events.set(answer, made)
    return made
  }
}

async function eventOf(answer: DecisionsAnswer): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of chunksOfAnswer(answer)) chunks.push(chunk)
  const lines = Buffer.concat(chunks).toString('latin1').trimEnd().replaceAll('\n', '\ndata: ')
  return Buffer.from(
    `event: changes\nid: ${revisionText(answer.changes.revision)}\ndata: ${lines}\n\n`,
    'latin1',
  )
}

/** @param share 0 (included) to 1 (excluded) */
function nextInstantMs(nowMs: number, everyMs: number, share: number): number {
  const offsetMs = share * everyMs
  return (Math.floor((nowMs - offsetMs) / everyMs) + 1) * everyMs + offsetMs
}
