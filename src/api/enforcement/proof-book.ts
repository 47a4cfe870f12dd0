import { type DecisionChanges, type DecisionsChecksum, revisionText } from '../../denylist/index.ts'

/** Proofs of an account that are remembered: there is one every 15 s, and enforcers report every 30 s. */
const MAX_PROOFS = 16

/** What the service itself said that the decisions of an account are made of, at the latest instants. */
export class ProofBook {
  readonly #proofsByAccount = new Map<number, Map<string, DecisionsChecksum>>()

  note(accountId: number, { revision, atMs }: DecisionChanges, proof: DecisionsChecksum): void {
    const proofs = this.#proofsByAccount.get(accountId) ?? new Map<string, DecisionsChecksum>()
    this.#proofsByAccount.set(accountId, proofs)
    const key = keyOf(revisionText(revision), atMs)
    // the newest stands last
    proofs.delete(key)
    proofs.set(key, proof)
    const [oldest] = proofs.keys()
    if (proofs.size > MAX_PROOFS && oldest !== undefined) proofs.delete(oldest)
  }

  /** @returns `undefined` when this process said nothing of that revision and instant, or has forgotten it */
  find(accountId: number, revision: string, atMs: number): DecisionsChecksum | undefined {
    return this.#proofsByAccount.get(accountId)?.get(keyOf(revision, atMs))
  }
}

function keyOf(revision: string, atMs: number): string {
  return `${revision} ${atMs}`
}
