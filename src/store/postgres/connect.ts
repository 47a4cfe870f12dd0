import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'

/** How connections of one process to one database are made. */
export interface ConnectOptions {
  readonly url: string
  /** Shown in pg_stat_activity. */
  readonly applicationName: string
}

export type Client = pg.Client
export type Pool = pg.Pool

const CONNECT_TIMEOUT_MS = 5000
/** A server that does not answer for so long is taken for gone: the connection is given up. */
const QUERY_TIMEOUT_MS = 30_000
const END_PATIENCE_MS = 1000
const KEEP_ALIVE_AFTER_MS = 10_000
const POOL_SIZE = 4
/** bigint */
const INT8_OID = 20

/** Positions, times and counts stay below 2^53. */
const types = new pg.TypeOverrides()
types.setTypeParser(INT8_OID, Number)

/** Opens one connection. @param name of what it is for */
export async function connectClient(options: ConnectOptions, name: string): Promise<Client> {
  const client = new pg.Client(configOf(options, name))
  // the loss of a connection is told to whoever asks it next; unheard, it would end the process
  client.on('error', () => undefined)
  try {
    await client.connect()
    await prepareSession(client)
    return client
  } catch (error) {
    await endClient(client)
    throw error
  }
}

/** Ends a connection; one whose server does not say goodbye is left to its time limits. */
export async function endClient(client: Client): Promise<void> {
  await Promise.race([client.end().catch(() => undefined), wait(END_PATIENCE_MS, undefined, { ref: false })])
}

/** Makes a pool for short queries that need no connection of their own. */
export function createPool(options: ConnectOptions): Pool {
  const pool = new pg.Pool({
    ...configOf(options, 'reads'),
    max: POOL_SIZE,
    onConnect: prepareSession as unknown as (client: pg.ClientBase) => void,
  })
  // an idle connection that is lost is replaced at the next query
  pool.on('error', () => undefined)
  // one that is in use tells whoever asks it next; unheard, its loss would end the process
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * What is committed must be on stable storage, whatever the role's settings; and a client that vanished from the network
 * must not keep its locks for hours.
 */
async function prepareSession(client: pg.ClientBase): Promise<void> {
  await client.query(
    `SELECT set_config('synchronous_commit', 'on', false)
       WHERE current_setting('synchronous_commit') IN ('off', 'local');
     SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
     SET tcp_user_timeout = 25000; SET jit = off`,
  )
}

function configOf({ url, applicationName }: ConnectOptions, name: string): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: `${applicationName} ${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    types,
  }
}
