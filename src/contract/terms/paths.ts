/** The four operations of the Report API; they share one rate limit. */
export const REPORT_PATHS = {
  report: '/v1/ip',
  unban: '/v1/unban/ip',
  addFalsePositive: '/v1/false/add/ip',
  removeFalsePositive: '/v1/false/remove/ip',
} as const

/** Says whether a key is valid; part of neither API. */
export const TEST_PATH = '/test'

/** What is served of the User API. */
export const USER_PATHS = {
  token: '/v1/token',
  activity: '/v1/token/activity',
  reported: '/v1/denylist/reported/ip',
  allReported: '/v1/denylist/reported/ip/all',
  /** Followed by nothing, `/all`, `/ip/ADDRESS`, `/ID`, ... */
  privateDenylists: '/v1/denylist/private',
  publicDenylists: '/v1/denylist/public',
  privateAllowlists: '/v1/allowlist/private',
  publicAllowlists: '/v1/allowlist/public',
  /** For a batch, or followed by `/ADDRESS`. */
  assess: '/v1/assess/ip',
  assessCsv: '/v1/assess/ip/csv',
  /** Followed by nothing or `/NAME`. */
  datasets: '/v1/dataset/ip',
  /** Followed by nothing, `/NAME` or `/NAME/range/RANGE`. */
  sources: '/v1/source/ip',
  /** Followed by `/ADDRESS` or `/id/ID`. */
  log: '/v1/log/ip',
} as const

const MANAGEMENT_ROOT = '/honeyjam/v1'

/** honeyjam's own operations. */
export const MANAGEMENT_PATHS = {
  ban: `${MANAGEMENT_ROOT}/ban`,
  unban: `${MANAGEMENT_ROOT}/unban`,
  allow: `${MANAGEMENT_ROOT}/allow`,
  disallow: `${MANAGEMENT_ROOT}/disallow`,
  allowlist: `${MANAGEMENT_ROOT}/allowlist`,
  protect: `${MANAGEMENT_ROOT}/protect`,
  unprotect: `${MANAGEMENT_ROOT}/unprotect`,
  /** Followed by nothing or `/ADDRESS`. */
  protected: `${MANAGEMENT_ROOT}/protected`,
  /** Followed by `/ADDRESS`. */
  check: `${MANAGEMENT_ROOT}/check`,
  /** Followed by nothing, `/NAME`, or for its keys by what follows `keys`. */
  accounts: `${MANAGEMENT_ROOT}/accounts`,
  /** Followed by `/ID` to revoke one. */
  invitations: `${MANAGEMENT_ROOT}/invitations`,
  signUp: `${MANAGEMENT_ROOT}/sign-up`,
  /** Followed by `/ADDRESS`. */
  history: `${MANAGEMENT_ROOT}/history`,
  /** Followed by `/ID` to revoke one, by `/ID/rotate` to replace one. */
  keys: `${MANAGEMENT_ROOT}/keys`,
  /** Followed by `/ID`. */
  receipts: `${MANAGEMENT_ROOT}/receipts`,
  decisions: `${MANAGEMENT_ROOT}/decisions`,
  decisionsStream: `${MANAGEMENT_ROOT}/decisions/stream`,
  heartbeat: `${MANAGEMENT_ROOT}/heartbeat`,
  sensors: `${MANAGEMENT_ROOT}/sensors`,
  enforcers: `${MANAGEMENT_ROOT}/enforcers`,
} as const

/** Followed by `/NAME` or `/KEY/NAME`: what is to be blocked, in the forms of firewalls. */
export const FEEDS_PATH = '/feeds'

/** A TAXII 2.1 server; its one API root has a name behind it. */
export const TAXII_PATH = '/taxii2'

/** What the service counts of itself, for Prometheus. */
export const METRICS_PATH = '/metrics'

/** The description of everything that is served. */
export const OPENAPI_PATH = '/openapi.json'

/** The page of everything that is served. */
export const DOCS_PATH = '/docs'

/** Followed by `/SLUG`: the page that explains an error. */
export const ERROR_PAGES_PATH = '/docs/errors'
