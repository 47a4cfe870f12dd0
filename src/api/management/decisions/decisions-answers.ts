import type { DecisionChanges, Decisions, Revision } from '../../../denylist/index.ts'
import type { ProofBook } from '../../enforcement/proof-book.ts'
import type { DecisionsAnswer } from './decisions-body.ts'

/** Makes answers, each once for all who ask for the same, so that they share its bytes. */
export class DecisionsAnswers {
  readonly #decisions: Decisions
  readonly #proofs: ProofBook
  readonly #answers = new WeakMap<DecisionChanges, DecisionsAnswer>()
  /** The same with the proof. */
  readonly #proven = new WeakMap<DecisionChanges, DecisionsAnswer>()

  constructor(decisions: Decisions, proofs: ProofBook) {
    this.#decisions = decisions
    this.#proofs = proofs
  }

  /** Everything there is, with its proof. */
  async whole(accountId: number): Promise<DecisionsAnswer> {
    const snapshot = await this.#decisions.snapshot(accountId)
    const proof = await this.#decisions.checksum(snapshot)
    this.#proofs.note(accountId, snapshot, proof)
    return this.#answers.get(snapshot) ?? this.#shared(snapshot, proof)
  }

  /** @returns `undefined` when everything is needed */
  async since(
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
    const proof = await this.#decisions.checksum(answer.whole)
    this.#proofs.note(accountId, answer.changes, proof)
    const known = this.#proven.get(answer.changes)
    if (known !== undefined) return known
    const proven = { changes: answer.changes, proof }
    this.#proven.set(answer.changes, proven)
    return proven
  }

  #shared(changes: DecisionChanges, proof?: DecisionsAnswer['proof']): DecisionsAnswer {
    const known = this.#answers.get(changes)
    if (known !== undefined) return known
    const answer = { changes, proof }
    this.#answers.set(changes, answer)
    return answer
  }
}

/** What another process told of comes here soon: until then there is nothing to say. */
function nothingSince(since: Revision): DecisionsAnswer {
  return { changes: { since, revision: since, atMs: 0, layers: [] }, proof: undefined }
}
