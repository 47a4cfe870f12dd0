import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Finished,
  type Running,
  type RunOptions,
  run,
  start,
  temporaryDirectory,
  waitFor,
} from './program.ts'

/** A busy machine takes its time. */
const LONGEST_START_MS = 60_000

/** A service that runs as a child process. */
export interface TestService {
  readonly running: Running
  readonly url: string
  readonly data: string
  /** The administrator's key; empty where a service on the same store has it. */
  readonly key: string
  /** Runs the command line against its data directory. */
  honeyjam(...words: string[]): Promise<Finished>
  /** The same with `--json`; fails unless the exit code is 0. */
  json<Answer>(...words: string[]): Promise<Answer>
  /** What the denylist holds. */
  listed(): Promise<ListedAddress[]>
}

export interface ListedAddress {
  readonly self: string
  readonly total_reports: number
  readonly expiry: number
  readonly last_report: number
  readonly tags?: readonly string[]
}

export interface ServiceFile {
  readonly url: string
  readonly pid: number
}

/** What `serve --json` prints once it answers. */
export interface ServiceLine {
  readonly url: string
  readonly pid: number
  readonly data: string
  readonly admin_key_file: string
  readonly admin_key?: string
}

/** Starts a service on a free port; limits are out of the way unless the words say otherwise. */
export async function startService(
  words: readonly string[] = [],
  options: ServiceOptions = {},
): Promise<TestService> {
  const data = options.data ?? temporaryDirectory()
  const port = options.port ?? 0
  const running = start(
    ['serve', '--json', '--data', data, '--port', String(port), '--reports-per-minute', '6000', ...words],
    options,
  )
  const line = await firstLine<ServiceLine>(running)
  const key = existsSync(line.admin_key_file) ? readFileSync(line.admin_key_file, 'utf8').trim() : ''
  const honeyjam = (...command: string[]) => run([...command, '--data', data], options)
  const json = async <Answer>(...command: string[]) => {
    const { code, stdout, stderr } = await honeyjam(...command, '--json')
    if (code !== 0) throw new Error(`honeyjam ${command.join(' ')} ended with ${code}: ${stderr}`)
    return JSON.parse(stdout) as Answer
  }
  const listed = () => fetchListed(line.url, key)
  return { running, url: line.url, data, key, honeyjam, json, listed }
}

export interface ServiceOptions extends RunOptions {
  readonly data?: string
  readonly port?: number
}

/** The addresses alone, sorted. */
export function addressesOf(listed: readonly ListedAddress[]): string[] {
  return listed.map(({ self }) => decodeURIComponent(self.slice(self.lastIndexOf('/') + 1))).toSorted()
}

/** The first line on standard output, as JSON; fails when the program ends before. */
export async function firstLine<Line>(running: Running): Promise<Line> {
  let ended: Finished | undefined
  void running.finished.then((finished) => (ended = finished))
  const isPrinted = () => {
    if (ended !== undefined) throw new Error(`it ended with ${ended.code}: ${ended.stderr}`)
    return running.stdout().includes('\n') && running.stdout().split('\n')[0]
  }
  try {
    return JSON.parse(await waitFor('the first line of output', isPrinted, LONGEST_START_MS)) as Line
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\n${running.stderr()}`, { cause })
  }
}

/** What a service on that data directory wrote for the command line. */
export function readServiceFile(data: string): ServiceFile | undefined {
  const path = join(data, 'service.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ServiceFile) : undefined
}

/** What a denylist holds. */
export async function fetchListed(url: string, key: string): Promise<ListedAddress[]> {
  const answer = await fetch(`${url}/v1/denylist/reported/ip`, {
    headers: { authorization: `Bearer ${key}` },
  })
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { addresses: ListedAddress[] }).addresses
}
