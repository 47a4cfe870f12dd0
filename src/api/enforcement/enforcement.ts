import type { EnforcedBy, EnforcerState } from '../../contract/index.ts'
import { type Denylist, type Progress, parseRevision, type Revision } from '../../denylist/index.ts'
import { type Address, packRange, rangeContains, wordsOf } from '../../ip/index.ts'
import type { EnforcerRecord, Roster, Word } from '../../roster/index.ts'
import type { Clock } from '../../runtime/index.ts'
import { ProofBook } from './proof-book.ts'
import { ReportTrail } from './report-trail.ts'

/** Enforcers report every 30 s. */
const SILENT_AFTER_MS = 90_000
/** A stream brings what changed within a second, and tells every 15 s how far it is. */
const BEHIND_AFTER_MS = 20_000
/** It fills no firewall. */
const DRY_RUN = 'dry-run'

interface EnforcementOptions {
  readonly enforcers: Roster<EnforcerRecord>
  readonly denylist: Denylist
  readonly clock: Clock
}

/** Knows which firewalls hold what was decided. What it cannot know it does not say. */
export class Enforcement {
  /** What consumers were told of their decisions. */
  readonly proofs = new ProofBook()
  readonly #options: EnforcementOptions
  readonly #trails = new Map<number, Map<string, ReportTrail>>()

  constructor(options: EnforcementOptions) {
    this.#options = options
  }

  /** Takes in a report that came with this key. */
  note(word: Word<EnforcerRecord>, from: { readonly accountId: number; readonly keyId: number }): void {
    const { enforcers, denylist, clock } = this.#options
    const nowMs = clock.nowMs()
    enforcers.note(word, { ...from, nowMs })
    const { position: servicePosition } = denylist.decisions.revision(from.accountId)
    const isTaken = word.behindSinceMs === null && word.differing === 0
    const revision = isTaken && word.revision !== null ? parseRevision(word.revision) : undefined
    this.#trailOf(from.accountId, word.memberId).note({ atMs: nowMs, revision, servicePosition })
  }

  /** The account's enforcers with their state, the one seen last first. */
  list(accountId: number): readonly { readonly record: EnforcerRecord; readonly state: EnforcerState }[] {
    const { enforcers, clock } = this.#options
    return enforcers
      .list(accountId, clock.nowMs())
      .map((record) => ({ record, state: this.#stateOf(record) }))
  }

  /** How many enforcers of all accounts are in which state. */
  countByState(): ReadonlyMap<EnforcerState, number> {
    const counts = new Map<EnforcerState, number>()
    for (const accountId of this.#options.enforcers.accountIds()) {
      for (const { state } of this.list(accountId)) counts.set(state, (counts.get(state) ?? 0) + 1)
    }
    return counts
  }

  /** Firewalls that are known to have brought about everything up to an operation. */
  whereDone(accountId: number, position: number): readonly EnforcedBy[] {
    return this.#whereCovered(accountId, { position, timeMs: 0 }, () => true)
  }

  /** Firewalls that are known to drop what an address sends; none when nothing blocks it. */
  whereBlocked(accountId: number, address: Address): readonly EnforcedBy[] {
    const { decisions } = this.#options.denylist
    // finding what settled an address goes through all that was touched lately
    if (this.list(accountId).length === 0 || !decisions.blocks(accountId, address)) return []
    const words = wordsOf(address)
    return this.#whereCovered(
      accountId,
      decisions.settledFrom(accountId, address),
      (record) => !maySpare(record, words),
    )
  }

  #whereCovered(
    accountId: number,
    progress: Progress,
    isWanted: (record: EnforcerRecord) => boolean,
  ): readonly EnforcedBy[] {
    const { scope } = this.#options.denylist.decisions.revision(accountId)
    return this.list(accountId).flatMap(({ record, state }) => {
      if (state !== 'current' || record.firewall === DRY_RUN || !isWanted(record)) return []
      const since = this.#trails.get(accountId)?.get(record.memberId)?.coveredSince(scope, progress)
      if (since === undefined) return []
      return [{ enforcer_id: record.memberId, name: record.name, firewall: record.firewall, since }]
    })
  }

  #stateOf(record: EnforcerRecord): EnforcerState {
    if (this.#options.clock.nowMs() - record.lastSeenAtMs > SILENT_AFTER_MS) return 'silent'
    if (this.#hasDrifted(record)) return 'drifted'
    const { behindSinceMs, auditedAtMs, revision: text } = record
    const revision = text === null ? undefined : parseRevision(text)
    const holdsAny = revision !== undefined && auditedAtMs !== null
    return !holdsAny || behindSinceMs !== null || this.#lags(record, revision) ? 'behind' : 'current'
  }

  #hasDrifted({
    accountId,
    differing,
    provedRevision,
    provedAtMs,
    checksum,
    decisions,
  }: EnforcerRecord): boolean {
    if (differing !== null && differing > 0) return true
    if (provedRevision === null || provedAtMs === null) return false
    const own = this.proofs.find(accountId, provedRevision, provedAtMs)
    return own !== undefined && (own.checksum !== checksum || own.count !== decisions)
  }

  /** Whether it misses something that it should have had a while ago. */
  #lags({ accountId, memberId }: EnforcerRecord, revision: Revision): boolean {
    const { denylist, clock } = this.#options
    if (!denylist.decisions.hasChangedSince(accountId, revision)) return false
    const trail = this.#trails.get(accountId)?.get(memberId)
    const thenPosition = trail?.servicePositionAt(clock.nowMs() - BEHIND_AFTER_MS)
    return thenPosition !== undefined && thenPosition > revision.position
  }

  #trailOf(accountId: number, memberId: string): ReportTrail {
    const trails = this.#trails.get(accountId) ?? new Map<string, ReportTrail>()
    this.#trails.set(accountId, trails)
    const trail = trails.get(memberId) ?? new ReportTrail()
    trails.set(memberId, trail)
    return trail
  }
}

/** Whether the enforcer may leave an address alone, as it protects it there. */
function maySpare({ spared, sparedNetworks }: EnforcerRecord, words: Uint32Array): boolean {
  const networks = sparedNetworks.split(' ').filter((text) => text !== '')
  if (spared > networks.length) return true
  return networks.some((text) => {
    const range = packRange(text)
    return range === undefined || rangeContains(range, words, 0)
  })
}
