import type { AccessLogOptions } from './access-log-options.ts'
import type { CorsOptions } from './cors-option.ts'
import type { StoreOptions } from './open-store.ts'
import type { CommonOptions } from './options.ts'
import type { ProxyOptions } from './proxy-options.ts'
import type { RetentionOptions } from './retention-options.ts'
import type { SignUpOptions } from './sign-up-option.ts'
import type { TlsOptions } from './tls-options.ts'

/** The options of `honeyjam up`. */
export interface UpOptions
  extends CommonOptions,
    StoreOptions,
    TlsOptions,
    AccessLogOptions,
    CorsOptions,
    ProxyOptions,
    RetentionOptions,
    SignUpOptions {
  readonly data?: string
  readonly host: string
  readonly port: number
  readonly cowrieConfig?: readonly string[]
  readonly log?: readonly string[]
  readonly demo?: true
  readonly exitAfterDemo?: true
  readonly metricsListen?: string
}
