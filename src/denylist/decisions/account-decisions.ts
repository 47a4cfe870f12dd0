import { type Clock, HoneyjamError } from '../../runtime/index.ts'
import type { AccountView } from './account-view.ts'
import type { ChangesAnswer, DecisionChanges, RankedDecisions } from './decisions.ts'
import type { Layer } from './layer.ts'
import { rankDecisions } from './ranked-decisions.ts'
import type { Revision } from './revision.ts'
import { lookAtAll, TouchedKeys } from './touched-keys.ts'
import type { Progress } from './touched-log.ts'

/** Revisions move on with the time in these steps, so that an old one tells of no time that is forgotten. */
const TIME_STEP_MS = 60_000
/** How far the clocks of two processes may be apart. */
const MAX_SKEW_MS = 60_000
/** Goes at what was touched meanwhile; each is shorter than the one before, unless changes come too fast. */
const MAX_ROUNDS = 12
const MAX_SNAPSHOT_TRIES = 3
/** Answers to different revisions that are kept. */
const MAX_ANSWERS = 64
/** Of the addresses of an account so many may change before a snapshot is better than what changed. */
const LARGEST_SHARE = 0.5
/** ... before a new base is better than adding to the old one. */
const STALE_SHARE = 1 / 16
const FEW_ADDRESSES = 4096
/** Additions to a base that are kept apart; beyond it they are looked at together. */
const MAX_LAYERS = 16

/** Everything as it was seen while it was gone through, beginning at `progress`. */
interface Base {
  readonly scope: string
  readonly progress: Progress
  readonly layer: Layer
}

export interface AccountDecisionsOptions {
  readonly view: AccountView
  readonly clock: Clock
  /** Of the newest operation that is in effect. */
  readonly position: () => number
  readonly scope: () => string
}

/** The decisions of one account, computed once for all who ask. */
export class AccountDecisions {
  readonly #options: AccountDecisionsOptions
  readonly #answers = new Map<string, Promise<DecisionChanges | undefined>>()
  readonly #wholeByChanges = new WeakMap<DecisionChanges, DecisionChanges>()
  #base: Promise<Base> | undefined
  #snapshot: Promise<DecisionChanges> | undefined

  constructor(options: AccountDecisionsOptions) {
    this.#options = options
  }

  /** The revision of the present state. */
  get revision(): Revision {
    return { scope: this.#options.scope(), ...this.#progressAt(this.#nowMs()) }
  }

  /** Whether anything was touched after a revision of this scope. */
  hasChangedSince(revision: Revision): boolean {
    const { view } = this.#options
    return (
      view.lists.touched.hasSince(revision) || view.endsBetween(revision.timeMs, this.#nowMs()).length > 0
    )
  }

  /** Whether anything blocks the packed address now. */
  blocks(words: Uint32Array): boolean {
    return this.#options.view.blocks(words, this.#nowMs())
  }

  /** From where on nothing was touched that decides about the packed address. */
  settledFrom(words: Uint32Array): Progress {
    const { view } = this.#options
    const { position, timeMs } = view.lists.touched.settledFrom(words)
    const lastEndMs = view.endsBetween(0, this.#nowMs()).at(-1)?.timeMs ?? 0
    return { position, timeMs: Math.max(timeMs, lastEndMs) }
  }

  /** When a shield ends next by itself. */
  get nextEndMs(): number {
    return this.#options.view.nextEndMs(this.#nowMs())
  }

  /** How this process stands to a revision. */
  standingOf(revision: Revision): 'current' | 'behind' | 'unknown' {
    const nowMs = this.#nowMs()
    if (revision.scope !== this.#options.scope() || revision.timeMs > nowMs + MAX_SKEW_MS) return 'unknown'
    if (revision.position > this.#options.position() || revision.timeMs > nowMs) return 'behind'
    return 'current'
  }

  get releaseMark(): string {
    const { scope, view } = this.#options
    return `${scope()} ${view.lists.touched.networkVersion} ${view.lists.releases}`
  }

  async ranked(): Promise<RankedDecisions> {
    const whole = await this.snapshot()
    return await rankDecisions(whole, Math.max(whole.atMs, this.#nowMs()), this.#options.view)
  }

  async changesSince(revision: Revision): Promise<ChangesAnswer> {
    const standing = this.standingOf(revision)
    if (standing !== 'current') return { kind: standing }
    const { touched, reported } = this.#options.view.lists
    const most = Math.max(FEW_ADDRESSES, LARGEST_SHARE * reported.size)
    if (touched.countAddressesSince(revision.position) > most) return { kind: 'unknown' }
    const changes = await this.#shared(revision)
    return changes === undefined ? { kind: 'unknown' } : { kind: 'changes', changes }
  }

  /** As {@link changesSince}, with everything at the very revision that it leads to. */
  async changesWithWhole(revision: Revision): Promise<ChangesAnswer & { readonly whole?: DecisionChanges }> {
    for (let tries = 0; tries < MAX_ROUNDS; tries++) {
      const before = tries === 0 ? undefined : await this.snapshot()
      const answer = await this.changesSince(revision)
      if (answer.kind !== 'changes') return answer
      const whole = this.#wholeAt(answer.changes, before)
      if (whole !== undefined) return { ...answer, whole }
    }
    return { kind: 'unknown' }
  }

  /** Everything at the revision that changes lead to, if it is known or follows from an earlier snapshot. */
  #wholeAt(changes: DecisionChanges, before: DecisionChanges | undefined): DecisionChanges | undefined {
    const known = this.#wholeByChanges.get(changes)
    if (known !== undefined || before === undefined) return known
    const whole = this.#continueAt(before, changes)
    if (whole !== undefined) this.#wholeByChanges.set(changes, whole)
    return whole
  }

  async snapshot(): Promise<DecisionChanges> {
    const known = this.#snapshot
    if (known !== undefined) {
      const snapshot = await known
      if (this.#isCurrent(snapshot)) return snapshot
      // another reader may have begun meanwhile
      if (this.#snapshot !== known && this.#snapshot !== undefined) return await this.snapshot()
    }
    const made = this.#makeSnapshot(await known)
    this.#snapshot = made
    made.catch(() => {
      if (this.#snapshot === made) this.#snapshot = undefined
    })
    return await made
  }

  /** A snapshot as it is at the instant of changes, if nothing happened since then and little before. */
  #continueAt(before: DecisionChanges, { revision, atMs }: DecisionChanges): DecisionChanges | undefined {
    if (before.revision.scope !== this.#options.scope() || this.hasChangedSince(revision)) return undefined
    const keys = new TouchedKeys(this.#options.view)
    if (!keys.collect(before.revision, this.#nowMs()) || !keys.isSmall) return undefined
    const layers = keys.isEmpty ? before.layers : [...before.layers, keys.look(atMs)]
    return { since: undefined, revision, atMs, layers }
  }

  #isCurrent({ revision }: DecisionChanges): boolean {
    return revision.scope === this.#options.scope() && !this.hasChangedSince(revision)
  }

  async #makeSnapshot(before: DecisionChanges | undefined): Promise<DecisionChanges> {
    const release = this.#options.view.lists.touched.hold()
    try {
      for (let tries = 0; tries < MAX_SNAPSHOT_TRIES; tries++) {
        const base = await this.#currentBase()
        const since = continued(base, before)
        const added = await this.#gather(since.progress)
        if (added === undefined) {
          this.#base = undefined
          continue
        }
        const { scope } = this.#options
        if (base.scope !== scope()) continue
        const { layers, progress, atMs } = added
        return {
          since: undefined,
          revision: { scope: base.scope, ...progress },
          atMs,
          layers: [...since.layers, ...layers],
        }
      }
    } finally {
      release()
    }
    throw new HoneyjamError('STORE_UNAVAILABLE', 'the lists change faster than they can be gone through')
  }

  async #currentBase(): Promise<Base> {
    const known = this.#base
    if (known !== undefined && this.#isGoodBase(await known)) return await known
    if (this.#base !== known && this.#base !== undefined) return await this.#base
    const base = this.#makeBase()
    this.#base = base
    base.catch(() => {
      if (this.#base === base) this.#base = undefined
    })
    return await base
  }

  #isGoodBase({ scope, progress, layer }: Base): boolean {
    const { touched } = this.#options.view.lists
    const most = Math.max(FEW_ADDRESSES, STALE_SHARE * layer.ipv4.count)
    return (
      scope === this.#options.scope() &&
      touched.reaches(progress) &&
      touched.countAddressesSince(progress.position) <= most
    )
  }

  async #makeBase(): Promise<Base> {
    const { scope, ...progress } = this.revision
    return { scope, progress, layer: await lookAtAll(this.#options.view, () => this.#nowMs()) }
  }

  /** One computation for all who are at the same revision, until something changes. */
  async #shared(since: Revision): Promise<DecisionChanges | undefined> {
    const key = `${since.scope} ${since.position} ${since.timeMs}`
    const known = this.#answers.get(key)
    if (known !== undefined) {
      const changes = await known
      if (changes !== undefined && this.#isCurrent(changes) && !this.#isOld(changes)) return changes
      if (this.#answers.get(key) === known) this.#answers.delete(key)
      else return await this.#shared(since)
    }
    const made = this.#makeChanges(since)
    this.#answers.set(key, made)
    made.catch(() => this.#answers.delete(key))
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > MAX_ANSWERS && oldest !== undefined) this.#answers.delete(oldest)
    return await made
  }

  /** Whether there is a later revision although nothing changed. */
  #isOld({ revision }: DecisionChanges): boolean {
    const { position, timeMs } = this.revision
    return position > revision.position || timeMs > revision.timeMs
  }

  async #makeChanges(since: Revision): Promise<DecisionChanges | undefined> {
    const gathered = await this.#gather(since)
    // what is about other public lists or another protected set is of no use
    if (gathered === undefined || since.scope !== this.#options.scope()) return undefined
    const { layers, progress, atMs } = gathered
    const revision = { scope: since.scope, ...latest(progress, since) }
    return { since, revision, atMs, layers }
  }

  /** What was touched since; the last look is at one instant, so that all of it is exactly what is to be blocked then. */
  async #gather(
    since: Progress,
  ): Promise<{ layers: readonly Layer[]; progress: Progress; atMs: number } | undefined> {
    const { view } = this.#options
    const layers: Layer[] = []
    let from = since
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const atMs = this.#nowMs()
      const progress = this.#progressAt(atMs)
      const keys = new TouchedKeys(view)
      if (!keys.collect(from, atMs)) return undefined
      if (keys.isSmall) {
        if (!keys.isEmpty) layers.push(keys.look(atMs))
        return { layers, progress, atMs }
      }
      await keys.resolveRanges()
      layers.push(await keys.lookSlowly(() => this.#nowMs()))
      from = progress
    }
    return undefined
  }

  #progressAt(nowMs: number): Progress {
    const timeMs = Math.floor(nowMs / TIME_STEP_MS) * TIME_STEP_MS
    const lastEndMs = this.#options.view.endsBetween(timeMs, nowMs).at(-1)?.timeMs ?? 0
    return { position: this.#options.position(), timeMs: Math.max(timeMs, lastEndMs) }
  }

  #nowMs(): number {
    return this.#options.clock.nowMs()
  }
}

/** Where to go on: behind an earlier snapshot on the same base, or behind the base itself. */
function continued(
  base: Base,
  before: DecisionChanges | undefined,
): { readonly layers: readonly Layer[]; readonly progress: Progress } {
  const isOnBase = before?.layers[0] === base.layer && before.layers.length < MAX_LAYERS
  return isOnBase
    ? { layers: before.layers, progress: before.revision }
    : { layers: [base.layer], progress: base.progress }
}

function latest(left: Progress, right: Progress): Progress {
  return {
    position: Math.max(left.position, right.position),
    timeMs: Math.max(left.timeMs, right.timeMs),
  }
}
