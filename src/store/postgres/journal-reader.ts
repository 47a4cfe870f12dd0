import type { JournalFollower, JournalRecord } from '../../denylist/index.ts'
import { HoneyjamError, type Logger, Turns } from '../../runtime/index.ts'
import type { Client, ConnectOptions } from './connect.ts'
import { postgresError } from './postgres-error.ts'
import { outrunError, type ProcessRow } from './process-row.ts'
import { Session } from './session.ts'

/** Records a query; some 16 MB where each is as large as can be. */
const PAGE_RECORDS = 64
/** Says that this process is alive, and looks for what no notification told. */
const BEAT_MS = 1000
/** Bytes of records that take effect in one turn of the event loop: a thousand addresses, about a millisecond. */
const BYTES_A_TURN = 16_384

export interface JournalReaderOptions {
  readonly connect: ConnectOptions
  readonly process: ProcessRow
  readonly logger: Logger
  /** Told of each record that is read; gives the body that this process handed over, if the record is its own. */
  readonly claim: (recordId: string, position: number) => Uint8Array | undefined
  /** Another process, or this one, changed accounts or keys; also told once after each connection, again if it fails. */
  readonly onAccountsChanged: () => Promise<void>
  /** This process is not on the list any more. */
  readonly onUnlisted: () => void
}

interface JournalRow {
  readonly position: number
  readonly record_id: string
  readonly body: Uint8Array
}

interface Beat {
  readonly head: number
  readonly covered: number
  readonly account_version: number
  readonly is_listed: boolean
}

interface Waiter {
  readonly position: number
  resolve(): void
}

/** Follows the journal: hands its records to the follower in order, wherever they came from. */
export class JournalReader {
  readonly #options: JournalReaderOptions
  #session: Session | undefined
  /** Own records that were acknowledged but stand behind one that is still to be read. */
  readonly #ownByPosition = new Map<number, Uint8Array>()
  readonly #waiters: Waiter[] = []
  #follower: JournalFollower | undefined
  readonly #turns = new Turns(BYTES_A_TURN)
  #delivering: Promise<void> | undefined
  #followed = 0
  #covered = 0
  #isLeading = false
  #isLost = false
  #wake = Promise.withResolvers<void>()

  constructor(options: JournalReaderOptions) {
    this.#options = options
  }

  /** To be called once, when this process is on the list. */
  start(): void {
    const { connect, logger } = this.#options
    this.#session = new Session({
      connect,
      name: 'journal',
      logger,
      serve: (client, ended) => this.#serve(client, ended),
    })
  }

  follow(afterPosition: number, follower: JournalFollower): void {
    this.#follower = follower
    this.#followed = afterPosition
    this.#options.process.position = afterPosition
    follower.onCurrent(this.#covered)
    follower.onLead(this.#isLeading)
    this.#wake.resolve()
  }

  /** Takes own records that are on stable storage, so that they need not be read. */
  offer(records: readonly JournalRecord[]): void {
    if (this.#follower === undefined) return
    for (const { position, body } of records) {
      if (position > this.#followed) this.#ownByPosition.set(position, body)
    }
    void this.#deliverOwn().then(() => {
      if (this.#ownByPosition.size > 0) this.#wake.resolve()
    })
  }

  /** Resolves once the follower has everything up to `position`; at once when nobody follows. */
  async reached(position: number): Promise<void> {
    if (this.#follower === undefined || this.#followed >= position) return
    this.#wake.resolve()
    await new Promise<void>((resolve) => {
      this.#waiters.push({ position, resolve })
    })
  }

  /** This process leads from here on, and the tables cover this much. */
  lead(coveredPosition: number): void {
    this.#isLeading = true
    this.#tellCovered(coveredPosition)
    this.#follower?.onLead(true)
  }

  endLead(): void {
    this.#isLeading = false
    this.#follower?.onLead(false)
  }

  /** Ends following, for good. */
  lose(error: HoneyjamError): void {
    if (this.#isLost) return
    this.#isLost = true
    this.#options.logger.error({ err: error }, 'the journal cannot be followed any more')
    this.#follower?.onLost(error)
  }

  async close(): Promise<void> {
    this.#wake.resolve()
    await this.#session?.close()
  }

  async #serve(client: Client, ended: AbortSignal): Promise<void> {
    const wake = () => this.#wake.resolve()
    client.on('notification', wake)
    ended.addEventListener('abort', wake, { once: true })
    await client.query('LISTEN honeyjam')
    let accountVersion: number | undefined
    while (!ended.aborted && !this.#isLost) {
      this.#wake = Promise.withResolvers()
      const before = this.#followed
      const { head, covered, account_version: version, is_listed: isListed } = await this.#beat(client)
      if (!isListed) this.#options.onUnlisted()
      if (version !== accountVersion && (await this.#tellAccountsChanged())) accountVersion = version
      if (this.#follower !== undefined && head < before) this.lose(outrunError(before))
      await this.#readThrough(client, head)
      this.#tellCovered(covered)
      const beat = setTimeout(wake, BEAT_MS)
      await this.#wake.promise
      clearTimeout(beat)
    }
  }

  async #tellAccountsChanged(): Promise<boolean> {
    try {
      await this.#options.onAccountsChanged()
      return true
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'accounts and keys not loaded anew, will retry')
      return false
    }
  }

  #tellCovered(position: number): void {
    this.#covered = Math.max(this.#covered, position)
    this.#follower?.onCurrent(this.#covered)
  }

  async #beat(client: Client): Promise<Beat> {
    const { id, position } = this.#options.process
    const { rows } = await client.query<Beat>({
      name: 'beat',
      text: `WITH beat AS (
          UPDATE honeyjam.process SET seen_at = clock_timestamp(), position = coalesce($2, position)
            WHERE process_id = $1 RETURNING 1
        )
        SELECT h.position AS head, p.covered_position AS covered, a.version AS account_version,
            EXISTS (SELECT FROM beat) AS is_listed
          FROM honeyjam.journal_head h, honeyjam.progress p, honeyjam.account_version a`,
      values: [id, position ?? null],
    })
    const [beat] = rows
    if (beat === undefined)
      throw new HoneyjamError('STORE_CORRUPT', 'the database has lost the head of the journal')
    return beat
  }

  async #readThrough(client: Client, head: number): Promise<void> {
    if (this.#follower === undefined) return
    for (;;) {
      // what is at hand already need not be read
      await this.#deliverOwn()
      if (this.#followed >= head || this.#isLost) return
      const { rows } = await client.query<JournalRow>({
        name: 'read',
        text: `SELECT position, record_id, body FROM honeyjam.journal
          WHERE position > $1 AND position <= $2 ORDER BY position LIMIT ${PAGE_RECORDS}`,
        values: [this.#followed, head],
      })
      await this.#take(rows, head)
    }
  }

  async #take(rows: readonly JournalRow[], head: number): Promise<void> {
    const records = rows.map(({ position, record_id: recordId, body }) => ({
      position,
      body: this.#options.claim(recordId, position) ?? body,
    }))
    // own records may have come meanwhile
    const next = records.filter(({ position }) => position > this.#followed)
    if (next.length === 0 && this.#followed >= head) return
    if (next[0]?.position !== this.#followed + 1) {
      if (this.#followed < head) this.lose(outrunError(this.#followed))
      return
    }
    for (const record of next) await this.#deliverInTurn(record)
  }

  /** Resolves once no own record is the next. */
  async #deliverOwn(): Promise<void> {
    if (!this.#ownByPosition.has(this.#followed + 1)) return
    this.#delivering ??= this.#deliverAllOwn()
    await this.#delivering
  }

  async #deliverAllOwn(): Promise<void> {
    for (;;) {
      const position = this.#followed + 1
      const body = this.#ownByPosition.get(position)
      if (body === undefined || this.#isLost) break
      await this.#deliverInTurn({ position, body })
    }
    this.#delivering = undefined
  }

  /** What is read and what is at hand may be about the same record: the second to have its turn is left out. */
  async #deliverInTurn(record: JournalRecord): Promise<void> {
    await this.#turns.admit(record.body.byteLength)
    if (record.position === this.#followed + 1 && !this.#isLost) this.#deliver(record)
  }

  #deliver(record: JournalRecord): void {
    try {
      this.#follower?.onRecords([record])
    } catch (error) {
      // skipping one would make these lists differ from those of the other processes
      this.lose(postgresError('following the journal', error))
      return
    }
    this.#followed = record.position
    this.#options.process.position = this.#followed
    this.#ownByPosition.delete(record.position)
    const reached = this.#waiters.filter(({ position }) => position <= this.#followed)
    for (const waiter of reached) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1)
      waiter.resolve()
    }
  }
}
