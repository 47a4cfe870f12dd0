import { openAccounts, openRequestQuota } from '../accounts/index.ts'
import { openActivity } from '../activity/index.ts'
import { type ApiSettings, createApiServer } from '../api/index.ts'
import { readTlsPair, type TlsFiles, type TlsPair } from '../config/index.ts'
import { openDenylist, specialRanges } from '../denylist/index.ts'
import { openEnforcers, openSensors } from '../roster/index.ts'
import { type HoneyjamError, type Logger, lockDirectory, systemClock } from '../runtime/index.ts'
import { type AccessLogOptions, openAccessLog } from './access-log-options.ts'
import { type Administrator, ensureAdministrator, type Installation } from './administrator.ts'
import type { CorsOptions } from './cors-option.ts'
import { describeStore, openStore } from './open-store.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { RetentionOptions } from './retention-options.ts'
import { removeServiceFile, writeServiceFile } from './service-file.ts'
import type { SignUpOptions } from './sign-up-option.ts'
import { startProtection } from './start-protection.ts'
import { type WatchCertificateOptions, watchCertificate } from './watch-certificate.ts'

export interface ServiceOptions
  extends AccessLogOptions,
    CorsOptions,
    ProxyOptions,
    RetentionOptions,
    Partial<SignUpOptions> {
  /** The data directory; made where it is absent. */
  readonly directory: string
  /** Of a PostgreSQL database; without it the store is in the directory. */
  readonly storeUrl?: string | undefined
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** Speaks TLS with these; without them plain HTTP. */
  readonly tlsFiles?: TlsFiles | undefined
  readonly reportsPerMinute: number
  readonly privateAddresses: 'skip' | 'accept'
  readonly version: string
  readonly logFormat: 'text' | 'json'
  readonly logger: Logger
}

/** A service that answers. */
export interface RunningService extends Installation {
  /** Where it listens, as programs on this machine reach it. */
  readonly url: string
  /** The same in plain HTTP, for programs on this machine alone; `url` unless that is with TLS. */
  readonly localUrl: string
  readonly host: string
  readonly administrator: Administrator
  /** What may be shown of a store that other services may share; `undefined` when it is in the directory. */
  readonly sharedStore: string | undefined
  /** Aborts, with the error as its reason, when nothing can be stored any more: whoever runs the service ends it. */
  readonly failed: AbortSignal
  /** Lets requests under way end, writes everything behind and lets go of the directory. */
  close(): Promise<void>
}

const DAY_MS = 86_400_000

/** The keys of an installation belong to one region; a self-hosted one has no other. */
const REGION_ID = 'local'

/**
 * Starts the service on a data directory; when it fails, nothing stays open.
 * @throws HoneyjamError DIRECTORY_LOCKED, DIRECTORY_UNUSABLE, STORE_CORRUPT, STORE_NEWER, LISTEN_FAILED
 */
export async function startService(options: ServiceOptions): Promise<RunningService> {
  const closers: (() => unknown)[] = []
  const close = async () => {
    const failures: unknown[] = []
    for (const closeOne of closers.splice(0).toReversed()) {
      try {
        await closeOne()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
  try {
    const service = await openService(options, closers)
    return { ...service, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function openService(
  options: ServiceOptions,
  closers: (() => unknown)[],
): Promise<Omit<RunningService, 'close'>> {
  const { directory, storeUrl, host, port, logger } = options
  const failure = new AbortController()
  // before anything is made: a fault here leaves nothing behind
  const tls = options.tlsFiles === undefined ? undefined : readTlsPair(options.tlsFiles)
  const clock = systemClock
  const accessLog = openAccessLog(options, logger)
  closers.push(() => accessLog?.close())
  const lock = await lockDirectory(directory)
  closers.push(() => lock.close())
  const onLost = (error: HoneyjamError) => failure.abort(error)
  const store = await openStore({ directory, storeUrl }, { logger, onLost })
  closers.push(() => store.close())
  const denylist = await openDenylist({
    store: store.denylist,
    queue: store.queue,
    clock,
    logger,
    onLost,
    protectedSet: specialRanges(options.privateAddresses),
    history: store.history,
    historyMs: options.historyDays * DAY_MS,
  })
  closers.push(() => denylist.close())
  const accounts = await openAccounts({ store: store.accounts })
  const sensors = await openSensors({ store: store.sensors, clock, logger })
  closers.push(() => sensors.close())
  const enforcers = await openEnforcers({ store: store.enforcers, clock, logger })
  closers.push(() => enforcers.close())
  const retention = { days: options.activityDays, perKey: options.activityPerKey }
  const activity = openActivity({ store: store.activities, clock, logger, retention })
  closers.push(() => activity.close())
  const quota = openRequestQuota({ store: store.usage, clock, logger })
  closers.push(() => quota.close())
  const installation: Installation = { directory, store: store.accounts, accounts }
  const administrator = await ensureAdministrator(installation, clock.nowMs())
  const protection = await startProtection({ denylist, clock, logger }, options.privateAddresses)
  closers.push(() => protection.close())

  const { operators } = protection
  const parts = { denylist, accounts, sensors, enforcers, activity, quota, operators, clock, logger }
  const settings = settingsOf(options)
  const server = createApiServer({ ...parts, settings, tls, accessLog: accessLog?.log })
  closers.push(() => server.close())
  const url = await server.listen({ host, port })
  const localUrl = tls === undefined ? url : await server.listenLocally()
  if (options.tlsFiles !== undefined && tls !== undefined) {
    const use = (pair: TlsPair) => server.replaceIdentity(pair)
    closers.push(startWatching({ files: options.tlsFiles, pair: tls, use, clock, logger }))
  }
  writeServiceFile(directory, { url: localUrl, pid: process.pid })
  closers.push(() => removeServiceFile(directory))
  const sharedStore = await describeStore(storeUrl)
  return { ...installation, url, localUrl, host, administrator, sharedStore, failed: failure.signal }
}

function settingsOf(options: ServiceOptions): ApiSettings {
  const { reportsPerMinute, privateAddresses, version } = options
  const { trustedProxies = [], proxyHeader = 'x-forwarded-for', signUp = 'off', corsOrigins = [] } = options
  return {
    reportsPerMinute,
    privateAddresses,
    signUp,
    corsOrigins,
    version,
    regionId: REGION_ID,
    trustedProxies,
    proxyHeader,
  }
}

/** @returns what ends it */
function startWatching(options: Omit<WatchCertificateOptions, 'signal'>): () => Promise<void> {
  const { files, pair, logger } = options
  if (pair.isKeyReadableByOthers)
    logger.warn(files, 'others can read the key of the certificate: chmod 600 it')
  const stop = new AbortController()
  const watching = watchCertificate({ ...options, signal: stop.signal })
  return async () => {
    stop.abort()
    await watching
  }
}
