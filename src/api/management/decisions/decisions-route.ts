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
import type { AdmissionHooks } from '../../admission-hooks.ts'
import { admissionOf } from '../../authenticate.ts'
import type { ApiContext } from '../../context.ts'
import { checkQuery } from '../../query.ts'
import { codingOf } from './accept-encoding.ts'
import { chunksOfAnswer, type DecisionsAnswer, DecisionsBodies } from './decisions-body.ts'

const MEDIA_TYPE = 'application/x-ndjson'

/** `GET /honeyjam/v1/decisions`: what is to be blocked, or what changed of it; see docs/reference/decisions.md. */
export function addDecisionsRoute(
  app: FastifyInstance,
  { denylist }: ApiContext,
  enforcing: AdmissionHooks,
): void {
  const route = new DecisionsRoute(denylist.decisions)
  app.get(MANAGEMENT_PATHS.decisions, enforcing, (request, reply) => route.answer(request, reply))
}

class DecisionsRoute {
  readonly #decisions: Decisions
  readonly #bodies = new DecisionsBodies()
  /** So that readers of the same answer share its bytes. */
  readonly #answers = new WeakMap<DecisionChanges, DecisionsAnswer>()

  constructor(decisions: Decisions) {
    this.#decisions = decisions
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
    const known = since === undefined ? undefined : await this.#answerSince(accountId, { since, wantsProof })
    if (known !== undefined) return known
    const snapshot = await this.#decisions.snapshot(accountId)
    return this.#answers.get(snapshot) ?? this.#shared(snapshot, await this.#decisions.checksum(snapshot))
  }

  /** @returns `undefined` when everything is needed */
  async #answerSince(
    accountId: number,
    { since, wantsProof }: { readonly since: Revision; readonly wantsProof: boolean },
  ): Promise<DecisionsAnswer | undefined> {
    if (!wantsProof) {
      const answer = await this.#decisions.changesSince(accountId, since)
      if (answer.kind === 'changes') return this.#shared(answer.changes)
      return answer.kind === 'behind' ? nothingSince(since) : undefined
    }
    const answer = await this.#decisions.changesWithWhole(accountId, since)
    if (answer.kind === 'behind') return nothingSince(since)
    if (answer.kind === 'unknown' || answer.whole === undefined) return undefined
    return { changes: answer.changes, proof: await this.#decisions.checksum(answer.whole) }
  }

  #shared(changes: DecisionChanges, proof?: DecisionsAnswer['proof']): DecisionsAnswer {
    const known = this.#answers.get(changes)
    if (known !== undefined) return known
    const answer = { changes, proof }
    this.#answers.set(changes, answer)
    return answer
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

/** What another process told of comes here soon: until then there is nothing to say. */
function nothingSince(since: Revision): DecisionsAnswer {
  return { changes: { since, revision: since, atMs: 0, layers: [] }, proof: undefined }
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
