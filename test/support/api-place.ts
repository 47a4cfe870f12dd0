import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, type Dispatcher } from 'undici'
import {
  type AccountStore,
  type Accounts,
  openAccounts,
  openRequestQuota,
  type RequestQuota,
  type Scope,
} from '../../src/accounts/index.ts'
import { type ActivityLog, type ActivityRetention, openActivity } from '../../src/activity/index.ts'
import { type ApiSettings, createApiServer } from '../../src/api/index.ts'
import {
  type Denylist,
  isProtectedClass,
  openDenylist,
  type ReportQueue,
  specialRanges,
} from '../../src/denylist/index.ts'
import { classifyAddress } from '../../src/ip/index.ts'
import { Operators } from '../../src/protection/index.ts'
import {
  type EnforcerRecord,
  openEnforcers,
  openSensors,
  type Roster,
  type Sensor,
} from '../../src/roster/index.ts'
import { HoneyjamError, silentLogger } from '../../src/runtime/index.ts'
import { openSqliteStore } from '../../src/store/sqlite/index.ts'
import { ManualClock } from './manual-clock.ts'

/** What came back: the parsed body where it is JSON. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  readonly json: unknown
}

export interface Ask {
  readonly key?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Text and bytes are sent as they are, everything else as JSON. */
  readonly body?: unknown
}

/** A service on a real SQLite store and a real port, with one account and its keys. */
export interface ApiPlace {
  readonly url: string
  readonly port: number
  /** What is served, each as `GET /v1/denylist/private/:id`. */
  readonly routes: readonly string[]
  readonly clock: ManualClock
  readonly accounts: Accounts
  readonly denylist: Denylist
  readonly sensors: Roster<Sensor>
  readonly enforcers: Roster<EnforcerRecord>
  readonly settings: ApiSettings
  readonly quota: RequestQuota
  readonly activity: ActivityLog
  /** Key of the first account with the scope `admin`. */
  readonly adminKey: string
  /** Key of a second account, with the scope `admin`. */
  readonly otherKey: string
  /** A new key of the first account. */
  makeKey(...scopes: Scope[]): Promise<string>
  /** Sends a request with the administrator's key unless told otherwise (`key: undefined` sends none). */
  ask(method: Dispatcher.HttpMethod, path: string, ask?: Ask): Promise<Answer>
  /** Makes the journal refuse data, or take it again. */
  breakJournal(isBroken: boolean): void
  /** Stops the server alone. */
  closeServer(): Promise<void>
  close(): Promise<void>
}

const DEFAULTS: ApiSettings = {
  reportsPerMinute: 1_000_000,
  privateAddresses: 'skip',
  signUp: 'off',
  corsOrigins: [],
  version: '0.0.0-test',
  regionId: 'local',
  trustedProxies: [],
  proxyHeader: 'x-forwarded-for',
}

const RETENTION: ActivityRetention = { days: 30, perKey: 10_000 }

export async function openApi(changes: Partial<ApiSettings> = {}): Promise<ApiPlace> {
  const settings = { ...DEFAULTS, ...changes }
  const directory = mkdtempSync(join(tmpdir(), 'honeyjam-api-'))
  const clock = new ManualClock()
  const logger = silentLogger
  const store = await openSqliteStore(directory, { logger })
  const journal = breakable(store.queue)
  const denylist = await openDenylist({
    store: store.denylist,
    queue: journal.queue,
    clock,
    logger,
    protectedSet: specialRanges(settings.privateAddresses),
    history: store.history,
  })
  const sensors = await openSensors({ store: store.sensors, clock, logger })
  const enforcers = await openEnforcers({ store: store.enforcers, clock, logger })
  const activity = openActivity({ store: store.activities, clock, logger, retention: RETENTION })
  const quota = openRequestQuota({ store: store.usage, clock, logger })
  const { accounts, account, adminKey, otherKey } = await makeAccounts(store.accounts, clock.nowMs())
  const server = createApiServer({
    denylist,
    accounts,
    sensors,
    enforcers,
    activity,
    quota,
    operators: new Operators({
      denylist,
      clock,
      logger,
      mayBeBlocked: (address) => !isProtectedClass(classifyAddress(address), settings.privateAddresses),
    }),
    clock,
    logger,
    settings,
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  const client = new Client(url)
  let names = 0
  return {
    url,
    port: Number(new URL(url).port),
    routes: server.routes,
    clock,
    accounts,
    denylist,
    sensors,
    enforcers,
    settings,
    quota,
    activity,
    adminKey,
    otherKey,
    async makeKey(...scopes) {
      const options = { accountId: account.accountId, name: `key ${++names}`, scopes, nowMs: clock.nowMs() }
      return (await accounts.createKey(options)).keyText
    },
    ask: async (method, path, options = {}) =>
      await send(client, { method, path, key: adminKey, ...options }),
    breakJournal: journal.break,
    closeServer: async () => {
      await client.close()
      await server.close()
    },
    async close() {
      await client.destroy()
      await server.close()
      await activity.close()
      await quota.close()
      await sensors.close()
      await enforcers.close()
      await denylist.close()
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}

async function makeAccounts(store: AccountStore, nowMs: number) {
  const administrator = await (await openAccounts({ store })).createAdministrator(nowMs)
  if (administrator === undefined) throw new TypeError('the store is not new')
  const { account, keyText: adminKey } = administrator
  const accounts = await openAccounts({ store })
  const firstKey = { name: 'other', scopes: ['admin'] } as const
  const other = await accounts.createAccount({ name: 'other', plan: 'UNLIMITED', nowMs, firstKey })
  return { accounts, account, adminKey, otherKey: other?.firstKey?.keyText ?? '' }
}

async function send(
  client: Client,
  { method, path, key, headers = {}, body }: Ask & { method: Dispatcher.HttpMethod; path: string },
): Promise<Answer> {
  const isJson = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array)
  const response = await client.request({
    method,
    path,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    body: isJson ? JSON.stringify(body) : (body ?? null),
  })
  const text = await response.body.text()
  const isJsonAnswer = String(response.headers['content-type']).startsWith('application/json')
  return {
    status: response.statusCode,
    headers: response.headers,
    text,
    json: isJsonAnswer && text !== '' ? JSON.parse(text) : undefined,
  }
}

function breakable(queue: ReportQueue): { queue: ReportQueue; break(isBroken: boolean): void } {
  let isBroken = false
  const refuse = () => {
    if (isBroken) throw new HoneyjamError('STORE_UNAVAILABLE', 'no space left on /secret/path')
  }
  return {
    break: (value) => {
      isBroken = value
    },
    queue: {
      isShared: queue.isShared,
      append: async (body) => {
        refuse()
        return await queue.append(body)
      },
      appendOnce: async (body, once) => {
        refuse()
        return await queue.appendOnce(body, once)
      },
      follow: (after, follower) => queue.follow(after, follower),
      read: (after, limit) => queue.read(after, limit),
      trim: (position) => queue.trim(position),
      size: () => queue.size(),
      close: () => queue.close(),
    },
  }
}
