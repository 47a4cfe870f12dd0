import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../runtime/index.ts'
import type { Client, ConnectOptions } from './connect.ts'
import { postgresError, unavailable } from './postgres-error.ts'
import { Session } from './session.ts'
import { releaseJournal, trimStep } from './trim-journal.ts'

/** Held by the process that leads: 'hjld'. */
export const LEADER_LOCK = 0x686a6c64
const TRY_EVERY_MS = 1000
const BEAT_MS = 5000
/** A process that was not seen for so long is taken off the list: the journal is not kept for it any more. */
const DEAD_AFTER_SECONDS = 60
/** How long work waits for this process to lead. */
const PATIENCE_MS = 5000

export interface LeaderOptions {
  readonly connect: ConnectOptions
  readonly logger: Logger
  /** Told with the position that the tables cover at this moment. */
  readonly onLead: (coveredPosition: number) => void
  readonly onEnd: () => void
}

/**
 * Of all processes on a database one leads: it has the advisory lock. What only the leader may do runs on the connection
 * that holds the lock, so that it fails when the lead is lost.
 */
export class Leader {
  readonly #options: LeaderOptions
  readonly #session: Session
  #client: Client | undefined
  #leads = Promise.withResolvers<void>()
  /** How often it came to lead. */
  #times = 0
  /** Ends when everything that was to run has run; transactions do not mix. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: LeaderOptions) {
    this.#options = options
    const { connect, logger } = options
    this.#session = new Session({
      connect,
      name: 'leader',
      logger,
      serve: (client, ended) => this.#serve(client, ended),
    })
  }

  /**
   * Runs work that only the leader may do, after what was handed over before.
   * @throws HoneyjamError STORE_UNAVAILABLE also when this process does not lead, or not any more when it comes to that
   */
  async run<Result>(what: string, work: (client: Client) => Promise<Result>): Promise<Result> {
    const times = this.#times
    const result = this.#last.then(async () => {
      if (this.#client === undefined)
        await Promise.race([this.#leads.promise, wait(PATIENCE_MS, undefined, { ref: false })])
      if (this.#client === undefined) throw unavailable(`${what} failed: this process does not lead`)
      // another may have led meanwhile, and what was made ready before is older than what that one wrote
      if (times > 0 && times !== this.#times)
        throw unavailable(`${what} failed: this process lost the lead before it came to that`)
      try {
        return await work(this.#client)
      } catch (error) {
        throw postgresError(what, error)
      }
    })
    this.#last = result.catch(() => undefined)
    return await result
  }

  /** As {@link run}, in one transaction. */
  transaction(what: string, work: (client: Client) => Promise<void>): Promise<void> {
    return this.run(what, async (client) => {
      await client.query('BEGIN')
      try {
        await work(client)
        await client.query('COMMIT')
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined)
        throw error
      }
    })
  }

  async close(): Promise<void> {
    await this.#last
    await this.#session.close()
  }

  async #serve(client: Client, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
        LEADER_LOCK,
      ])
      if (rows[0]?.got === true) await this.#lead(client, ended)
      else await wait(TRY_EVERY_MS, undefined, { signal: ended }).catch(() => undefined)
    }
  }

  async #lead(client: Client, ended: AbortSignal): Promise<void> {
    const covered = await coveredPosition(client)
    this.#client = client
    this.#times++
    this.#options.onLead(covered)
    this.#leads.resolve()
    try {
      while (!ended.aborted) {
        await this.run('looking after processes', removeDead)
        while (await this.run('trimming the journal', trimReleased));
        await wait(BEAT_MS, undefined, { signal: ended }).catch(() => undefined)
      }
    } finally {
      this.#client = undefined
      this.#leads = Promise.withResolvers()
      this.#options.onEnd()
    }
  }
}

/** What another process had not read yet when it was released. */
async function trimReleased(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ released: number }>(
    'SELECT released_position AS released FROM honeyjam.progress',
  )
  return await trimStep(client, await releaseJournal(client, rows[0]?.released ?? 0))
}

async function coveredPosition(client: Client): Promise<number> {
  const { rows } = await client.query<{ covered: number }>(
    'SELECT covered_position AS covered FROM honeyjam.progress',
  )
  return rows[0]?.covered ?? 0
}

async function removeDead(client: Client): Promise<void> {
  await client.query(
    `DELETE FROM honeyjam.process WHERE seen_at < clock_timestamp() - make_interval(secs => $1)`,
    [DEAD_AFTER_SECONDS],
  )
}
