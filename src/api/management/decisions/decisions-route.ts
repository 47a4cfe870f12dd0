import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DecisionsQuery, MANAGEMENT_PATHS } from '../../../contract/index.ts'
import {
  type DecisionChanges,
  type Decisions,
  parseRevision,
  type Revision,
  revisionText,
} from '../../../denylist/index.ts'
import { codingOf } from '../../accept-encoding.ts'
import type { AdmissionHooks } from '../../admission-hooks.ts'
import { admissionOf } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { checkQuery } from '../../query.ts'
import { DecisionsAnswers } from './decisions-answers.ts'
import { chunksOfAnswer, type DecisionsAnswer, DecisionsBodies } from './decisions-body.ts'
import { addDecisionsStream } from './decisions-stream.ts'

const MEDIA_TYPE = 'application/x-ndjson'

/** Decisions whole and as what changed, asked for or as they change; see docs/reference/decisions.md. */
export function addDecisionsRoutes(
  app: FastifyInstance,
  context: ApiContext,
  enforcing: AdmissionHooks,
): void {
  const { decisions } = context.denylist
  const answers = new DecisionsAnswers(decisions, context.enforcement.proofs)
  const route = new DecisionsRoute(decisions, answers)
  app.get(MANAGEMENT_PATHS.decisions, enforcing, (request, reply) => route.answer(request, reply))
  addDecisionsStream(app, { ...context, decisions, answers }, enforcing)
}

class DecisionsRoute {
  readonly #decisions: Decisions
  readonly #bodies = new DecisionsBodies()
  readonly #answers: DecisionsAnswers

  constructor(decisions: Decisions, answers: DecisionsAnswers) {
    this.#decisions = decisions
    this.#answers = answers
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { since: text, checksum: wantsProof } = checkQuery(request, DecisionsQuery)
    const { accountId } = admissionOf(request).grant
    const held = heldRevision(request)
    void reply.header('vary', 'accept-encoding').header('cache-control', 'no-cache')
    if (text === undefined && held !== undefined && !this.#decisions.hasChangedSince(accountId, held)) {
      return reply.header('etag', etagOf(held)).code(304).send()
    }
    const since = text === undefined ? undefined : parseRevision(text)
    const answer = await this.#answerTo(accountId, { since, wantsProof })
    const { changes } = answer
    void reply.header('etag', etagOf(changes.revision))
    if (text !== undefined && held !== undefined && isSame(changes, held)) return reply.code(304).send()
    return await this.#send(request, reply, answer)
  }

  async #answerTo(
    accountId: number,
    { since, wantsProof }: { readonly since: Revision | undefined; readonly wantsProof: boolean },
  ): Promise<DecisionsAnswer> {
    const known =
      since === undefined ? undefined : await this.#answers.since(accountId, { since, wantsProof })
    return known ?? (await this.#answers.whole(accountId))
  }

  async #send(request: FastifyRequest, reply: FastifyReply, answer: DecisionsAnswer): Promise<FastifyReply> {
    void reply.type(MEDIA_TYPE)
    const coding = codingOf(request.headers['accept-encoding'])
    if (coding === 'identity') return reply.send(Readable.from(chunksOfAnswer(answer), { objectMode: false }))
    const pieces = await this.#bodies.of(answer, coding)
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
    void reply.header('content-encoding', coding).header('content-length', bytes)
    return reply.send(Readable.from(pieces, { objectMode: false }))
  }
}

function isSame({ since, revision, layers }: DecisionChanges, held: Revision): boolean {
  return since !== undefined && layers.length === 0 && revisionText(revision) === revisionText(held)
}

function etagOf(revision: Revision): string {
  // weak: the bytes differ by coding, and by how the same is said
  return `W/"${revisionText(revision)}"`
}

function heldRevision({ headers }: FastifyRequest): Revision | undefined {
  const [, text = ''] = /^(?:W\/)?"([^"]*)"$/.exec(headers['if-none-match'] ?? '') ?? []
  return parseRevision(text)
}
