import { ApiClient, serviceUrlOf } from '../client/index.ts'
import { readCertificates, readSecretFile } from '../config/index.ts'
import { REPORT_PATHS } from '../contract/terms/index.ts'
import { isLoopbackHost } from '../ip/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { adminKeyFile } from './administrator-key-file.ts'
import type { Context } from './context.ts'
import { readSecretIfPresent } from './secret-file.ts'
import { readServiceFile } from './service-file.ts'

/** How a command finds the service; what is left out is looked up. */
export interface ConnectOptions {
  readonly data?: string
  readonly apiUrl?: string
  readonly keyFile?: string
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly caFile?: string
}

/** The address of a service that was started without options. */
const DEFAULT_URL = 'http://127.0.0.1:8088'

/** Opens a client, hands it to `use` and closes it, whatever happens. */
export async function withApi<Result>(
  options: ConnectOptions,
  context: Context,
  use: (api: ApiClient) => Promise<Result>,
): Promise<Result> {
  const directory = options.data ?? context.defaultDataDirectory
  const baseUrl = serviceUrlOf(options.apiUrl ?? localServiceUrl(directory))
  const bearerToken = findKey({ ...options, directory, url: baseUrl }, context)
  const api = new ApiClient({
    baseUrl,
    bearerToken,
    userAgent: `honeyjam/${context.version}`,
    ...(options.caFile === undefined ? {} : { ca: readCertificates(options.caFile) }),
  })
  try {
    return await use(api)
  } finally {
    await api.close()
  }
}

/** Where the service of a data directory listens, or where it would by default. */
export function localServiceUrl(directory: string): string {
  return readServiceFile(directory)?.url ?? DEFAULT_URL
}

/** The address that reports are posted to, from that of a service or of its Report API. */
export function reportUrlOf(apiUrl: string): string {
  return `${serviceUrlOf(apiUrl)}${REPORT_PATHS.report}`
}

/** Whether a URL leads to this machine. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHost(new URL(url).hostname)
}

/**
 * Reads the key in a file that a person named; warns when others can read it too.
 * @throws HoneyjamError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function readKeyFile(path: string, { output }: Context): string {
  const { secret, isReadableByOthers } = readSecretFile(path)
  if (isReadableByOthers) output.note(`Warning: others can read the key in ${path}: chmod 600 it.`)
  return secret
}

/** The administrator's key is never sent to another machine unless somebody says so. */
function findKey(
  { keyFile, directory, url }: ConnectOptions & { directory: string; url: string },
  context: Context,
): string {
  if (keyFile !== undefined) return readKeyFile(keyFile, context)
  const fromEnvironment = context.environment['HONEYJAM_BEARER_TOKEN']
  if (fromEnvironment !== undefined && fromEnvironment !== '') return fromEnvironment
  if (!isLoopbackUrl(url)) {
    throw new HoneyjamError('USAGE', `no key for ${url}: name its file with --key-file`)
  }
  const adminKey = readSecretIfPresent(adminKeyFile(directory))
  if (adminKey !== undefined) return adminKey
  throw new HoneyjamError(
    'USAGE',
    `no key: ${adminKeyFile(directory)} does not exist. Start the service (honeyjam up), or name its data directory with --data or a key with --key-file`,
  )
}
