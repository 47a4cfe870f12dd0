import { type ConnectionProbe, describeError, probeConnection, proxyOf } from '../../client/index.ts'
import { isLoopbackHost } from '../../ip/index.ts'
import { type Finding, failed, ok, warning } from './finding.ts'

export interface CheckConnectionOptions {
  readonly url: URL
  readonly environment: NodeJS.ProcessEnv
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string | undefined
  readonly signal: AbortSignal
}

const DAY_MS = 86_400_000
const FEW_DAYS = 14
/** What OpenSSL says of a chain that leads to nobody it knows. */
const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** Whether the service can be connected to, and whether its certificate is trusted. Sends no request. */
export async function checkConnection(options: CheckConnectionOptions): Promise<Finding> {
  const { url, environment, ca, signal } = options
  const proxy = proxyOf(url, environment)
  const way = proxy === undefined ? url.host : `${url.host} through the proxy ${proxy.url.host}`
  let probe: ConnectionProbe
  try {
    probe = await probeConnection({ url, proxy, ca, signal })
  } catch (error) {
    signal.throwIfAborted()
    return failed(
      `no connection to ${way}: ${describeError(error)}`,
      'See that the service runs, that api_url names its host and port, and that no firewall is between.',
    )
  }
  const connected = `connected to ${way} in ${milliseconds(probe.connectMs)}`
  if (probe.tls !== undefined) return findingOfTls(connected, probe.tls, Date.now())
  if (isLoopbackHost(url.hostname)) return ok(`${connected}, without TLS on this machine`)
  return warning(
    `${connected}, without TLS`,
    'The key crosses the network for all to read: serve https and say so in api_url.',
  )
}

/** @param nowMs epoch milliseconds */
export function findingOfTls(
  connected: string,
  { handshakeMs, protocol, certificate, distrust }: NonNullable<ConnectionProbe['tls']>,
  nowMs: number,
): Finding {
  const daysLeft = certificate === undefined ? 0 : Math.floor((certificate.validToMs - nowMs) / DAY_MS)
  const details =
    certificate === undefined
      ? ['the server showed no certificate']
      : [`certificate of ${certificate.subject}`, `issued by ${certificate.issuer}, ${daysLeft} days left`]
  const found = `${connected}, ${protocol} in ${milliseconds(handshakeMs)}`
  if (distrust !== undefined)
    return failed(`${found}: the certificate is not trusted (${distrust})`, distrustHelp(distrust), details)
  if (daysLeft < FEW_DAYS)
    return warning(
      `${found}, certificate ends in ${daysLeft} days`,
      'Renew it: reports wait while it is not valid.',
      details,
    )
  return ok(found, details)
}

function distrustHelp(code: string): string {
  if (UNKNOWN_AUTHORITY.has(code)) {
    return 'If the authority is your own, name the file of its certificate (PEM) with --ca-file, or with ca_file in [output_threatjammer].'
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return 'Renew the certificate of the service, or mend the clock of this machine.'
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'api_url must name the host as the certificate does, or the certificate must name this host.'
  }
  return 'See the certificate of the service.'
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`
}
