import { once } from 'node:events'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { bareHost } from '../ip/index.ts'
import { portOf, type ServiceProxy } from './service-proxy.ts'
import { trusting } from './trusting.ts'

/** The certificate that a server showed; every text is the server's own. */
export interface ServerCertificate {
  readonly subject: string
  readonly issuer: string
  /** Epoch milliseconds. */
  readonly validToMs: number
}

/** What came of connecting to a service as its clients do. */
export interface ConnectionProbe {
  /** Until the TCP connection stood; through a proxy until its tunnel did. */
  readonly connectMs: number
  /** `undefined` for plain http. */
  readonly tls?: {
    readonly handshakeMs: number
    readonly protocol: string
    readonly certificate: ServerCertificate | undefined
    /** OpenSSL's or Node's code of why the certificate is not trusted, such as `DEPTH_ZERO_SELF_SIGNED_CERT`. */
    readonly distrust: string | undefined
  }
}

export interface ProbeConnectionOptions {
  readonly url: URL
  readonly proxy?: ServiceProxy | undefined
  /** PEM certificates of authorities to trust besides the built-in ones. */
  readonly ca?: string | undefined
  readonly signal: AbortSignal
}

/**
 * Connects, looks at the certificate and hangs up; no request is sent to the service, and no key.
 * @throws what broke the connection, or the reason of `signal`
 */
export async function probeConnection(options: ProbeConnectionOptions): Promise<ConnectionProbe> {
  const { url, proxy, ca, signal } = options
  const startedAtMs = performance.now()
  const isSecure = url.protocol === 'https:'
  const tcp =
    proxy === undefined || !isSecure
      ? await openTcp(proxy?.url ?? url, signal)
      : await openTunnel(url, proxy, signal)
  const connectMs = performance.now() - startedAtMs
  if (!isSecure) {
    tcp.destroy()
    return { connectMs }
  }
  const secure = connectTls({
    socket: tcp,
    // a name in SNI must be no address
    ...(/^[\d.]+$|^\[/.test(url.hostname) ? {} : { servername: url.hostname }),
    host: bareHost(url.hostname),
    // looked at below: an untrusted certificate is what a person wants to see
    rejectUnauthorized: false,
    ...trusting(ca),
  })
  try {
    await once(secure, 'secureConnect', { signal })
    return { connectMs, tls: tlsOf(secure, performance.now() - startedAtMs - connectMs) }
  } finally {
    secure.destroy()
    tcp.destroy()
  }
}

async function openTcp(url: URL, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: bareHost(url.hostname), port: portOf(url) })
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function openTunnel(url: URL, { url: proxy }: ServiceProxy, signal: AbortSignal): Promise<Socket> {
  const authority = `${url.hostname}:${portOf(url)}`
  const login = Buffer.from(`${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`)
  // imported it makes Node load its fetch as well: 10 MB that an agent never uses
  const { request } = await import('node:http')
  const asking = request({
    host: bareHost(proxy.hostname),
    port: portOf(proxy),
    method: 'CONNECT',
    path: authority,
    signal,
    headers: {
      host: authority,
      ...(proxy.username === '' ? {} : { 'proxy-authorization': `Basic ${login.toString('base64')}` }),
    },
  })
  asking.end()
  const [answer, socket] = (await once(asking, 'connect', { signal })) as [{ statusCode?: number }, Socket]
  if (answer.statusCode === 200) return socket
  socket.destroy()
  throw new Error(`the proxy answered ${answer.statusCode} to CONNECT ${authority}`)
}

function tlsOf(socket: TLSSocket, handshakeMs: number): NonNullable<ConnectionProbe['tls']> {
  const shown = socket.getPeerCertificate()
  // an empty object when the server showed none
  const certificate =
    shown.subject === undefined
      ? undefined
      : {
          subject: nameOf(shown.subject) || (shown.subjectaltname ?? ''),
          issuer: nameOf(shown.issuer),
          validToMs: Date.parse(shown.valid_to),
        }
  // typed as an Error, but Node gives its code
  const distrust = socket.authorized ? undefined : codeOf(socket.authorizationError)
  return { handshakeMs, protocol: socket.getProtocol() ?? 'TLS', certificate, distrust }
}

function codeOf(error: unknown): string {
  if (error instanceof Error) return 'code' in error ? String(error.code) : error.message
  return String(error)
}

function nameOf(name: object): string {
  return Object.entries(name)
    .map(([part, value]) => `${part}=${String(value)}`)
    .join(', ')
}
