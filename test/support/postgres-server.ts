import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { findFreePort } from './free-port.ts'

const INSTALLED = '/usr/lib/postgresql'
/** Exists on every Debian and belongs to nothing. */
const NOBODY = 'nobody'
const START_PATIENCE_MS = 30_000

/** A PostgreSQL cluster of the tests' own, that may be killed. */
export interface PostgresServer {
  readonly port: number
  /** Of a new, empty database. */
  createDatabase(): Promise<string>
  /** Runs SQL in the database of a URL, or in the server's own. */
  query<Row extends object>(text: string, url?: string): Promise<Row[]>
  /** Ends all its processes at once, as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on the same data and port. */
  start(): Promise<void>
  /** Ends it and deletes its data. */
  remove(): Promise<void>
}

/** Where the newest PostgreSQL of this machine has its programs; `undefined` when there is none. */
export function findPostgres(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined
  const newestFirst = readdirSync(INSTALLED).toSorted((left, right) => Number(right) - Number(left))
  return newestFirst
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((directory) => existsSync(join(directory, 'initdb')))
}

/** Says why tests of PostgreSQL are skipped; the build server installs it. */
export function postgresOrSkip(): boolean {
  if (findPostgres() !== undefined) return true
  if (process.env['CI'] !== undefined) throw new Error('PostgreSQL is not installed: .ci/run installs it')
  process.stdout.write(`skipped: there is no PostgreSQL in ${INSTALLED}\n`)
  return false
}

/** Makes a cluster in a throw-away directory, on a free port of this machine alone, and starts it. */
export async function startPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const programs = findPostgres()
  if (programs === undefined) throw new Error('PostgreSQL is not installed')
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-pg-'))
  const data = join(directory, 'data')
  await prepareDirectory(directory)
  const port = await findFreePort()
  await run(join(programs, 'initdb'), [
    `--pgdata=${data}`,
    '--username=tests',
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
  ])
  const words = [
    '-D',
    data,
    '-p',
    String(port),
    '-h',
    '127.0.0.1',
    '-k',
    directory,
    '-c',
    'max_connections=60',
  ]
  for (const [name, value] of Object.entries(settings)) words.push('-c', `${name}=${value}`)
  const urlOf = (database: string) => `postgres://tests@127.0.0.1:${port}/${database}`
  let child: ChildProcess | undefined
  let databases = 0
  const query = async <Row extends object>(text: string, url = urlOf('postgres')) => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return (await client.query<Row>(text)).rows
    } finally {
      await client.end()
    }
  }
  const end = async (signal: NodeJS.Signals) => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (signal === 'SIGKILL') for (const pid of backendsOf(child.pid ?? 0)) process.kill(pid, signal)
    child.kill(signal)
    await exited
  }
  const server: PostgresServer = {
    port,
    async createDatabase() {
      const name = `honeyjam_test_${++databases}`
      await query(`CREATE DATABASE ${name}`)
      return urlOf(name)
    },
    query,
    kill: () => end('SIGKILL'),
    async start() {
      child = spawnAsUser(join(programs, 'postgres'), words)
      await untilAnswers(() => query('SELECT 1'))
    },
    async remove() {
      await end('SIGINT')
      rmSync(directory, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** PostgreSQL refuses to run as root. */
function asUser(program: string, words: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [program, [...words]]
  return ['setpriv', ['--reuid', NOBODY, '--regid', 'nogroup', '--clear-groups', program, ...words]]
}

function spawnAsUser(program: string, words: readonly string[]): ChildProcess {
  return spawn(...asUser(program, words), { stdio: 'ignore', cwd: '/' })
}

async function run(program: string, words: readonly string[]): Promise<void> {
  const [command, args] = asUser(program, words)
  await promisify(execFile)(command, args, { cwd: '/' })
}

async function prepareDirectory(directory: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  chmodSync(directory, 0o700)
  await promisify(execFile)('chown', [`${NOBODY}:nogroup`, directory])
}

/** Each is the leader of a group of its own; the server stands still from here on, so that it makes no more. */
function backendsOf(serverPid: number): readonly number[] {
  process.kill(serverPid, 'SIGSTOP')
  const children = readFileSync(`/proc/${serverPid}/task/${serverPid}/children`, 'utf8')
  return children
    .split(' ')
    .map(Number)
    .filter((pid) => pid > 0)
}

async function untilAnswers(ask: () => Promise<unknown>): Promise<void> {
  const giveUpAtMs = performance.now() + START_PATIENCE_MS
  for (;;) {
    try {
      await ask()
      return
    } catch (error) {
      if (performance.now() > giveUpAtMs) throw error
      await wait(50)
    }
  }
}
