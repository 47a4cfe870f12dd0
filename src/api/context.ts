import type { Accounts, RequestQuota, WrongKeys } from '../accounts/index.ts'
import type { ActivityLog } from '../activity/index.ts'
import type { Denylist } from '../denylist/index.ts'
import type { Operators } from '../protection/index.ts'
import type { EnforcerRecord, Roster, Sensor } from '../roster/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import type { ProxySettings } from './client-address.ts'
import type { Enforcement } from './enforcement/enforcement.ts'
import type { TlsIdentity } from './http-server.ts'
import type { OpenConnections } from './open-connections.ts'
import type { ServiceMetrics } from './service-metrics.ts'
import type { StoreHealth } from './store-health.ts'

/** What the operator of the service decides. */
export interface ApiSettings extends ProxySettings {
  /** Requests of one key in any minute over the four operations of the Report API, where the plan does not grant more. */
  readonly reportsPerMinute: number
  /** Whether private, loopback, documentation and reserved addresses are skipped or taken. */
  readonly privateAddresses: 'skip' | 'accept'
  /** Who may make an account without an administrator: nobody, whoever has an invitation, or everybody. */
  readonly signUp: 'off' | 'invited' | 'open'
  /** Of the web pages that may read answers, each as browsers send it; none: nothing is said to any. */
  readonly corsOrigins: readonly string[]
  readonly version: string
  /** Name of this installation in `GET /v1/token`. */
  readonly regionId: string
}

export interface ApiOptions {
  readonly denylist: Denylist
  readonly accounts: Accounts
  readonly sensors: Roster<Sensor>
  readonly enforcers: Roster<EnforcerRecord>
  readonly activity: ActivityLog
  readonly quota: RequestQuota
  /** Told where keys of administrators are used from; nobody by default. */
  readonly operators?: Pick<Operators, 'note'> | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: ApiSettings
  /** Takes one line for each request; without it nothing is written of them. */
  readonly accessLog?: Logger | undefined
  /** Speaks TLS with it; without one plain HTTP. */
  readonly tls?: TlsIdentity | undefined
}

/** What all routes share. */
export interface ApiContext extends ApiOptions {
  readonly storeHealth: StoreHealth
  readonly enforcement: Enforcement
  readonly metrics: ServiceMetrics
  readonly connections: Pick<OpenConnections, 'count'>
  /** Counts them by address; its totals are for metrics. */
  readonly wrongKeys: WrongKeys
}
