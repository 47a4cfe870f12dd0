import { HoneyjamError } from '../../runtime/index.ts'
import type { Client } from './connect.ts'
import { MIGRATIONS } from './schema.ts'

/** Held while the schema is looked at and changed: 'hjmg'. */
const MIGRATION_LOCK = 0x686a6d67

/**
 * Brings the schema `honeyjam` of the database up to date, each step in a transaction; processes that start at the same time
 * take turns.
 * @returns the version it had, 0 when it was not there
 * @throws HoneyjamError STORE_NEWER a newer honeyjam made it
 */
export async function migrate(client: Client, migrations: readonly string[] = MIGRATIONS): Promise<number> {
  await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
  try {
    const version = await readVersion(client)
    if (version > migrations.length) throw newerError(version, migrations.length)
    for (let step = version; step < migrations.length; step++) await runStep(client, migrations, step)
    return version
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined)
  }
}

/** Only looks, so that a role without the right to make schemas can use one that is up to date. */
async function readVersion(client: Client): Promise<number> {
  const found = await client.query<{ found: boolean }>(
    `SELECT to_regclass('honeyjam.schema_version') IS NOT NULL AS found`,
  )
  if (found.rows[0]?.found !== true) return 0
  const { rows } = await client.query<{ version: number }>('SELECT version FROM honeyjam.schema_version')
  return rows[0]?.version ?? 0
}

async function runStep(client: Client, migrations: readonly string[], step: number): Promise<void> {
  await client.query('BEGIN')
  try {
    if (step === 0) {
      await client.query(
        `CREATE SCHEMA IF NOT EXISTS honeyjam;
         CREATE TABLE honeyjam.schema_version (version integer NOT NULL);
         INSERT INTO honeyjam.schema_version (version) VALUES (0)`,
      )
    }
    await client.query(migrations[step] ?? '')
    await client.query('UPDATE honeyjam.schema_version SET version = $1', [step + 1])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

function newerError(version: number, knownVersion: number): HoneyjamError {
  return new HoneyjamError(
    'STORE_NEWER',
    `the database has schema version ${version}, this honeyjam knows ${knownVersion}: run the version that made it or a newer one`,
    { fields: { version, knownVersion } },
  )
}
