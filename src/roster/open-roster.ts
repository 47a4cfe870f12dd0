import { type Clock, HoneyjamError, type Logger, WriteBehind } from '../runtime/index.ts'
import type { BouncerRecord } from './bouncer-record.ts'
import type { EnforcerRecord } from './enforcer-record.ts'
import { MAX_MEMBERS, MemberTable } from './member-table.ts'
import type { Member, MemberId, RosterStore } from './ports.ts'
import { FORGET_AFTER_MS, type Roster, type Word } from './roster.ts'
import type { Sensor } from './sensor.ts'

/** When an agent was last seen is worth losing half a minute of, and not a flush for every heartbeat. */
const WRITE_SENSORS_EVERY_MS = 30_000
/** Oftener: another service on the same store takes an enforcer for silent when it was not heard of for 90 s. */
const WRITE_ENFORCERS_EVERY_MS = 10_000

export interface OpenRosterOptions<Kind extends Member> {
  readonly store: RosterStore<Kind>
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Loads the agents and writes what changes behind, at most every 30 s and at the end. What other processes on the same store
 * were told is read as often.
 * @throws HoneyjamError STORE_UNAVAILABLE
 */
export async function openSensors(options: OpenRosterOptions<Sensor>): Promise<Roster<Sensor>> {
  return await openRoster({ ...options, kind: 'agents', writeEveryMs: WRITE_SENSORS_EVERY_MS })
}

/** As {@link openSensors}, for enforcers, and every 10 s. @throws HoneyjamError STORE_UNAVAILABLE */
export async function openEnforcers(
  options: OpenRosterOptions<EnforcerRecord>,
): Promise<Roster<EnforcerRecord>> {
  return await openRoster({ ...options, kind: 'enforcers', writeEveryMs: WRITE_ENFORCERS_EVERY_MS })
}

/** As {@link openSensors}, for bouncers. @throws HoneyjamError STORE_UNAVAILABLE */
export async function openBouncerRoster(
  options: OpenRosterOptions<BouncerRecord>,
): Promise<Roster<BouncerRecord>> {
  return await openRoster({ ...options, kind: 'bouncers', writeEveryMs: WRITE_SENSORS_EVERY_MS })
}

interface RosterOptions<Kind extends Member> extends OpenRosterOptions<Kind> {
  /** For the log. */
  readonly kind: string
  readonly writeEveryMs: number
}

async function openRoster<Kind extends Member>(options: RosterOptions<Kind>): Promise<Roster<Kind>> {
  return new MemoryRoster(options, await options.store.load())
}

class MemoryRoster<Kind extends Member> implements Roster<Kind> {
  readonly #options: RosterOptions<Kind>
  readonly #table = new MemberTable<Kind>()
  /** What the store does not have yet, by account and member. */
  readonly #changed = new Map<string, MemberId>()
  readonly #displacedByAccount = new Map<number, number>()
  readonly #behind: WriteBehind

  constructor(options: RosterOptions<Kind>, loaded: readonly Kind[]) {
    this.#options = options
    for (const member of loaded.toSorted((a, b) => a.lastSeenAtMs - b.lastSeenAtMs)) this.#table.note(member)
    this.#behind = new WriteBehind({
      ...options,
      everyMs: options.writeEveryMs,
      write: () => this.#write(),
      failing: `when ${options.kind} were last seen is not written, will retry`,
    })
  }

  note(word: Word<Kind>, from: Parameters<Roster<Kind>['note']>[1]): void {
    this.#note(memberOf<Kind>(word, from))
  }

  async enter(word: Word<Kind>, from: Parameters<Roster<Kind>['note']>[1]): Promise<void> {
    const member = memberOf<Kind>(word, from)
    this.#note(member)
    await this.#options.store.write({ seen: [member], gone: [] })
  }

  async refresh(): Promise<void> {
    const { store } = this.#options
    if (!store.isShared) return
    const loaded = await store.load()
    for (const member of loaded.toSorted((a, b) => a.lastSeenAtMs - b.lastSeenAtMs)) {
      // what is newer here stays
      const known = this.#table.find(member)
      if (known === undefined || known.lastSeenAtMs < member.lastSeenAtMs) this.#table.note(member)
    }
  }

  find(id: MemberId): Kind | undefined {
    return this.#table.find(id)
  }

  list(accountId: number, nowMs: number): readonly Kind[] {
    return this.#table.list(accountId).filter(({ lastSeenAtMs }) => lastSeenAtMs >= nowMs - FORGET_AFTER_MS)
  }

  accountIds(): Iterable<number> {
    return this.#table.accountIds()
  }

  displaced(accountId: number): number {
    return this.#displacedByAccount.get(accountId) ?? 0
  }

  close(): Promise<void> {
    return this.#behind.close()
  }

  async #write(): Promise<void> {
    const { store, clock } = this.#options
    // the write that follows tells of it
    await this.refresh().catch(ignoreUnavailable)
    for (const gone of this.#table.forgetUnseen(clock.nowMs() - FORGET_AFTER_MS)) this.#mark(gone)
    if (this.#changed.size === 0) return
    const changed = [...this.#changed.values()]
    this.#changed.clear()
    const seen = changed.map((id) => this.#table.find(id)).filter((member) => member !== undefined)
    const gone = changed.filter((id) => this.#table.find(id) === undefined)
    try {
      await store.write({ seen, gone })
    } catch (error) {
      for (const id of changed) this.#mark(id)
      throw error
    }
  }

  #note(member: Kind): void {
    const displaced = this.#table.note(member)
    this.#mark(member)
    if (displaced !== undefined) this.#countDisplaced(displaced)
  }

  #mark({ accountId, memberId }: MemberId): void {
    this.#changed.set(`${accountId} ${memberId}`, { accountId, memberId })
  }

  #countDisplaced(displaced: MemberId): void {
    const { accountId } = displaced
    this.#mark(displaced)
    if (!this.#displacedByAccount.has(accountId)) {
      this.#options.logger.warn(
        { accountId },
        `the account has more than ${MAX_MEMBERS} ${this.#options.kind}: those longest unseen are forgotten`,
      )
    }
    this.#displacedByAccount.set(accountId, this.displaced(accountId) + 1)
  }
}

/** What a word leaves out of its kind stands in `from`. */
function memberOf<Kind extends Member>(
  word: Word<Kind>,
  { accountId, keyId, nowMs }: Parameters<Roster<Kind>['note']>[1],
): Kind {
  return { ...word, accountId, keyId, lastSeenAtMs: nowMs } as unknown as Kind
}

function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof HoneyjamError)) throw error
}
