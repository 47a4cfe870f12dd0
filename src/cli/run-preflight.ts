import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { ApiClient } from '../client/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import {
  type Conflict,
  connectedPeers,
  EvidenceBook,
  fetchDecisions,
  judgeEvidence,
  type ProtectedNetwork,
  ProtectedSet,
} from '../enforce/index.ts'
import { findHostNetworks, loggedInByUtmp } from '../host/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { fixedNetwork } from './fixed-network.ts'
import type { CommonOptions } from './options.ts'
import { preflightAdvice } from './preflight-advice.ts'
import { renderTable } from './table.ts'

export interface PreflightRequest extends CommonOptions, ConnectOptions {
  readonly authLog?: readonly string[]
  readonly accessLog?: readonly string[]
  readonly protect?: readonly string[]
}

/** Looked at when no log is named, where they are. */
const USUAL_AUTH_LOGS = ['/var/log/auth.log', '/var/log/auth.log.1', '/var/log/secure']
const USUAL_ACCESS_LOGS = ['/var/log/nginx/access.log', '/var/log/apache2/access.log']
const LOGIN_RECORDS = '/var/log/wtmp'
const CONNECTIONS = ['/proc/net/tcp', '/proc/net/tcp6']

const HEADINGS = ['ADDRESS', 'WHY IT IS WANTED', 'BLOCKED BY', 'SPARED HERE AS'].map((heading) => ({
  heading,
}))

const KINDS: Record<Conflict['kind'], string> = {
  login: 'logged in',
  connected: 'connected now',
  'web-visitor': 'got web pages',
}

/**
 * Holds the evidence of this host against the decisions: who is wanted here and would be blocked.
 * @throws HoneyjamError LOG_UNREADABLE a named log cannot be read
 */
export async function runPreflight(request: PreflightRequest, context: Context): Promise<void> {
  const fixed = (request.protect ?? []).map(fixedNetwork)
  const { decisions, isAdministrator } = await withApi(request, context, async (api) => ({
    decisions: await fetchDecisions(api),
    isAdministrator: await mayProtect(api),
  }))
  const book = new EvidenceBook()
  for (const path of request.authLog ?? USUAL_AUTH_LOGS.filter((log) => existsSync(log))) {
    await eachLine(path, (line) => book.addAuthLine(line))
  }
  for (const path of request.accessLog ?? USUAL_ACCESS_LOGS.filter((log) => existsSync(log))) {
    await eachLine(path, (line) => book.addAccessLine(line))
  }
  for (const address of loggedInByUtmp(await contentOf(LOGIN_RECORDS))) book.addLogin(address)
  for (const path of CONNECTIONS) {
    for (const address of connectedPeers(String(await contentOf(path)))) book.addConnection(address)
  }
  const guard = new ProtectedSet([...fixed, ...(await findHostNetworks())])
  print(judgeEvidence(book.list(), decisions), { guard, fixed, isAdministrator, context })
}

function print(
  conflicts: readonly Conflict[],
  {
    guard,
    fixed,
    isAdministrator,
    context: { output, commandName },
  }: {
    readonly guard: ProtectedSet
    readonly fixed: readonly ProtectedNetwork[]
    readonly isAdministrator: boolean
    readonly context: Context
  },
): void {
  const found = conflicts.map((conflict) => ({ ...conflict, protectedBy: guard.why(conflict.address) }))
  const unspared = found.filter(({ protectedBy }) => protectedBy.length === 0)
  const remaining = [...new Set(unspared.map(({ address }) => address))]
  if (output.json) {
    output.printJson({
      remaining,
      would_block: found.map(({ protectedBy, ...rest }) => ({
        ...rest,
        protected: protectedBy.map(reasonOf),
      })),
    })
    return
  }
  if (found.length === 0) output.print('Nobody who is wanted here would be blocked.')
  const rows = found.map(({ address, kind, count, by, protectedBy }) => [
    address,
    `${KINDS[kind]} (${count})`,
    by,
    protectedBy.map(reasonOf).join(', '),
  ])
  if (found.length > 0) output.print(renderTable(HEADINGS, rows))
  const networks = fixed.map(({ network }) => network)
  for (const line of preflightAdvice({ remaining, fixed: networks, commandName, isAdministrator }))
    output.note(line)
}

function reasonOf({ reason }: ProtectedNetwork): string {
  return reason
}

/** Whether the key is an administrator's. */
async function mayProtect(api: ApiClient): Promise<boolean> {
  try {
    await api.request({ method: 'GET', path: MANAGEMENT_PATHS.protected })
    return true
  } catch (error) {
    if (error instanceof HoneyjamError && error.code === 'API_REFUSED') return false
    throw error
  }
}

async function eachLine(path: string, take: (line: string) => void): Promise<void> {
  try {
    const file = createReadStream(path)
    const text = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file
    for await (const line of createInterface({ input: text })) take(line)
  } catch (cause) {
    throw new HoneyjamError('LOG_UNREADABLE', `cannot read ${JSON.stringify(path)}`, {
      cause,
      fields: { path },
    })
  }
}

/** Empty where there is no such file: not every host has all of them. */
async function contentOf(path: string): Promise<Buffer> {
  return await readFile(path).catch(() => Buffer.alloc(0))
}
