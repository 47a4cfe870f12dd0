import type Database from 'better-sqlite3'
import type { AllowRow, Checkpoint } from '../../denylist/index.ts'
import { parseTexts } from '../rows/index.ts'

interface LoadedRow {
  readonly accountId: number
  readonly range: string
  readonly createdAtMs: number
  readonly expiresAtMs: number | null
  readonly dataset: string
  readonly tags: string
  readonly appliedPosition: number
}

/** The table `allowed`. */
export class AllowTable {
  readonly #replace: Database.Statement<[number, string, number, number | null, string, string, number]>
  readonly #delete: Database.Statement<[number, string]>
  readonly #select: Database.Statement<[number], LoadedRow>
  readonly #deleteExpired: Database.Statement<[number]>

  constructor(database: Database.Database) {
    this.#replace = database.prepare(
      `INSERT OR REPLACE INTO allowed
        (account, range, created_at_ms, expires_at_ms, dataset, tags, applied_position)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#delete = database.prepare('DELETE FROM allowed WHERE account = ? AND range = ?')
    this.#select = database.prepare(
      `SELECT account AS accountId, range, created_at_ms AS createdAtMs, expires_at_ms AS expiresAtMs, dataset, tags,
          applied_position AS appliedPosition
        FROM allowed WHERE expires_at_ms IS NULL OR expires_at_ms > ? ORDER BY account, range`,
    )
    this.#deleteExpired = database.prepare('DELETE FROM allowed WHERE expires_at_ms < ?')
  }

  write(allowed: readonly AllowRow[], disallowed: Checkpoint['disallowed']): void {
    for (const { accountId, range } of disallowed) this.#delete.run(accountId, range)
    for (const { accountId, range, createdAtMs, expiresAtMs, dataset, tags, appliedPosition } of allowed) {
      const tagsJson = JSON.stringify(tags)
      this.#replace.run(
        accountId,
        range,
        createdAtMs,
        expiresAtMs ?? null,
        dataset,
        tagsJson,
        appliedPosition,
      )
    }
  }

  load(expiresAfterMs: number): readonly AllowRow[] {
    return this.#select.all(expiresAfterMs).map(({ expiresAtMs, tags, ...row }) => ({
      ...row,
      ...(expiresAtMs === null ? {} : { expiresAtMs }),
      tags: parseTexts(tags),
    }))
  }

  /** In one go: allowlists are written by people and are short. @returns rows deleted */
  deleteExpired(expiredBeforeMs: number): number {
    return this.#deleteExpired.run(expiredBeforeMs).changes
  }
}
