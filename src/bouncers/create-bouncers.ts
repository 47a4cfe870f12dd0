import type { BouncerRecord, Roster } from '../roster/index.ts'
import type { Clock } from '../runtime/index.ts'
import { AccountHandout, type AccountHandoutOptions, type HandoutLimits } from './account-handout.ts'
import { type Arrival, answeredAt, arrivedPosition, NOTHING_ARRIVED, startedAt } from './arrival.ts'
import {
  type Bouncer,
  type BouncerId,
  type BouncerMetric,
  bouncerOf,
  memberIdOf,
  recordOf,
} from './bouncer.ts'
import type { BouncerCaller, Bouncers, DecisionQuery, Found } from './bouncers.ts'
import { blockedAt, covering, Handout, within } from './handout.ts'
import type { HandoutTable } from './handout-table.ts'
import type { HandoutStore } from './ports.ts'

/** A bouncer that asks for each of its visitors is not answered from what is newer than this. */
const FRESH_MS = 1000
/** What nobody asked for so long is let go of. */
const IDLE_MS = 3_600_000

export interface CreateBouncersOptions {
  readonly roster: Roster<BouncerRecord>
  readonly store: HandoutStore
  readonly decisions: AccountHandoutOptions['decisions']
  readonly clock: Clock
  /** For tests. */
  readonly limits?: HandoutLimits
}

/** What is handed over is used and not closed. */
export function createBouncers(options: CreateBouncersOptions): Bouncers {
  return new ToldBouncers(options)
}

/** The last answer on a connection. */
interface LastAnswer {
  readonly bouncer: string
  readonly position: number
}

interface Reader {
  readonly handout: AccountHandout
  usedAtMs: number
}

class ToldBouncers implements Bouncers {
  readonly #options: CreateBouncersOptions
  readonly #readerByAccount = new Map<number, Reader>()
  readonly #lastAnswers = new WeakMap<object, LastAnswer>()
  /** Bouncers that nobody knew and nobody else claimed to be since. */
  readonly #entering = new Set<string>()

  constructor(options: CreateBouncersOptions) {
    this.#options = options
  }

  async pull(caller: BouncerCaller, isStart: boolean): Promise<Handout> {
    const isNew = await this.#meet(caller)
    const handout = this.#handoutOf(caller.accountId)
    return await handout.use((table) => {
      const { position } = table
      const isFirst = isNew && this.#entering.delete(fullNameOf(caller))
      if (isFirst && isStart) this.#note(caller, startedAt(position, this.#nowMs()))
      const arrival = this.#knownAt(caller, position) ?? NOTHING_ARRIVED
      this.#note(caller, { marks: arrival.marks, markedAtMs: arrival.markedAtMs })
      const needed = this.#needed(caller, { table, arrival, isStart })
      return new Handout(table, {
        needed,
        deletesFirst: deletesFirst(caller),
        onDelivered: () => this.#noteAnswer(caller, position),
      })
    })
  }

  find(caller: BouncerCaller, query: DecisionQuery): Promise<Found> {
    this.#note(caller)
    return this.#handoutOf(caller.accountId).use((table) => foundIn(table, query), FRESH_MS)
  }

  noteMetrics(caller: BouncerCaller, metrics: readonly BouncerMetric[]): void {
    this.#note(caller, { metrics, metricsAtMs: this.#nowMs() })
  }

  list(accountId: number, nowMs: number): readonly Bouncer[] {
    return this.#options.roster.list(accountId, nowMs).map(bouncerOf)
  }

  displaced(accountId: number): number {
    return this.#options.roster.displaced(accountId)
  }

  /**
   * Makes sure that a bouncer is known from now on, also to whoever comes after a kill: another one that looks the same to us
   * may be about to start, and what that one is told must not count for this one.
   * @returns whether it was not known before
   */
  async #meet(caller: BouncerCaller): Promise<boolean> {
    const { roster } = this.#options
    if (this.#find(caller) === undefined) await roster.refresh()
    if (this.#find(caller) !== undefined) {
      this.#entering.delete(fullNameOf(caller))
      return false
    }
    this.#entering.add(fullNameOf(caller))
    await roster.enter(...this.#wordOf(caller, {}))
    return true
  }

  /** What is known of a bouncer, unless it is of a store that has gone further than this one. */
  #knownAt(caller: BouncerCaller, position: number): Bouncer | undefined {
    const known = this.#find(caller)
    return known?.marks.every((mark) => mark <= position) === true ? known : undefined
  }

  #needed(
    caller: BouncerCaller,
    state: { readonly table: HandoutTable; readonly arrival: Arrival; readonly isStart: boolean },
  ) {
    const { table, arrival, isStart } = state
    const arrived = positionFrom(table, arrivedPosition(arrival))
    if (isStart) return { since: 0, releasedSince: 0, movedSince: arrived }
    const last = caller.connection && this.#lastAnswers.get(caller.connection)
    const isSameBouncer = last !== undefined && last.bouncer === fullNameOf(caller)
    // what arrived at another bouncer that looks the same is of no concern then
    const known = isSameBouncer ? positionFrom(table, last.position) : arrived
    return { since: known, releasedSince: Math.min(known, arrived), movedSince: known }
  }

  #noteAnswer(caller: BouncerCaller, position: number): void {
    const { connection } = caller
    if (connection !== undefined) this.#lastAnswers.set(connection, { bouncer: fullNameOf(caller), position })
    const known = this.#find(caller)
    if (known !== undefined) this.#note(caller, answeredAt(known, position, this.#nowMs()))
  }

  #find(caller: BouncerCaller): Bouncer | undefined {
    const { accountId } = caller
    const record = this.#options.roster.find({ accountId, memberId: memberIdOf(caller) })
    return record && bouncerOf(record)
  }

  /** Takes note that a bouncer is there, and of more. */
  #note(caller: BouncerCaller, changes: Partial<Bouncer> = {}): void {
    this.#options.roster.note(...this.#wordOf(caller, changes))
  }

  #wordOf(caller: BouncerCaller, changes: Partial<Bouncer>): Parameters<Roster<BouncerRecord>['note']> {
    const { accountId, keyId, name, address, version } = caller
    const nowMs = this.#nowMs()
    const known = this.#find(caller) ?? {
      ...NOTHING_ARRIVED,
      accountId,
      keyId,
      name,
      address,
      lastSeenAtMs: nowMs,
      metricsAtMs: null,
      metrics: [],
    }
    const word = { memberId: memberIdOf(caller), ...recordOf({ ...known, version, ...changes }) }
    return [word, { accountId, keyId, nowMs }]
  }

  #handoutOf(accountId: number): AccountHandout {
    const { store, decisions, clock, limits } = this.#options
    const nowMs = clock.nowMs()
    const known = this.#readerByAccount.get(accountId)
    if (known !== undefined) {
      known.usedAtMs = nowMs
      return known.handout
    }
    for (const [id, { usedAtMs }] of this.#readerByAccount)
      if (usedAtMs < nowMs - IDLE_MS) this.#readerByAccount.delete(id)
    const handout = new AccountHandout({ accountId, decisions, store, clock, limits })
    this.#readerByAccount.set(accountId, { handout, usedAtMs: nowMs })
    return handout
  }

  #nowMs(): number {
    return this.#options.clock.nowMs()
  }
}

function foundIn(table: HandoutTable, { range, relation }: DecisionQuery): Found {
  const { rows } = table
  const isCovering = range !== undefined && relation === 'covers'
  const numbers = isCovering ? covering(rows, range) : within(rows, range)
  return { blocked: (nowMs) => blockedAt(rows, numbers, nowMs), release: table.hold() }
}

/**
 * crowdsec-firewall-bouncer deletes before it adds, and with nftables leaves what it holds as it is. Others add before they delete, so
 * that nothing may stand in both.
 */
function deletesFirst({ name }: BouncerId): boolean {
  return name === 'crowdsec-firewall-bouncer'
}

/** What was taken back before that may be forgotten, so that all of it has to be told. */
function positionFrom({ floor }: HandoutTable, position: number): number {
  return position < floor ? 0 : position
}

function fullNameOf(bouncer: BouncerId): string {
  return `${bouncer.accountId} ${memberIdOf(bouncer)}`
}
