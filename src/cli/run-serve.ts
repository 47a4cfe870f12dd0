import { createLogger } from '../runtime/index.ts'
import type { AccessLogOptions } from './access-log-options.ts'
import { announceService } from './announce.ts'
import type { Context } from './context.ts'
import { findStoreUrl, type StoreOptions } from './open-store.ts'
import type { CommonOptions } from './options.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { RetentionOptions } from './retention-options.ts'
import type { SignUpOptions } from './sign-up-option.ts'
import { startService } from './start-service.ts'
import { aborted, listenForStop } from './stop-request.ts'
import { type TlsOptions, tlsFilesOf } from './tls-options.ts'

/** What `honeyjam serve` was asked to do. */
export interface ServeRequest
  extends CommonOptions,
    StoreOptions,
    TlsOptions,
    AccessLogOptions,
    ProxyOptions,
    RetentionOptions,
    SignUpOptions {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly reportsPerMinute: number
  readonly privateAddresses: 'skip' | 'accept'
}

/**
 * Serves until a signal comes.
 * @throws HoneyjamError STORE_UNAVAILABLE nothing can be stored until the process is started anew
 */
export async function runServe(request: ServeRequest, context: Context): Promise<void> {
  context.output.outlivesReader = true
  const stop = listenForStop()
  const logger = createLogger({ format: request.logFormat, level: request.logLevel })
  const service = await startService({
    ...request,
    directory: request.data,
    tlsFiles: tlsFilesOf(request),
    storeUrl: await findStoreUrl(request, context),
    version: context.version,
    logger,
  })
  try {
    announceService(service, context)
    await aborted(AbortSignal.any([stop.signal, service.failed]))
    service.failed.throwIfAborted()
  } finally {
    await service.close()
    stop.close()
  }
}
