import { bareHost, isLoopbackHost } from '../ip/index.ts'

/** The proxy that requests to a service go through. */
export interface ServiceProxy {
  readonly url: URL
  /** The environment variable that names it. */
  readonly variable: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Says which proxy the clients of this room use for a URL, by the rules of undici's `EnvHttpProxyAgent` and with none for
 * the own host.
 * @returns `undefined` when the connection is direct, or when the variable holds no URL
 */
export function proxyOf(url: URL, environment: Environment): ServiceProxy | undefined {
  if (isLoopbackHost(url.hostname) || isExempt(url, environment)) return undefined
  // a proxy for http is taken for https as well when https has none
  const names = url.protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY'] : []
  for (const variable of [...names, 'http_proxy', 'HTTP_PROXY']) {
    const text = environment[variable] ?? ''
    if (text === '') continue
    const proxy = URL.parse(text)
    return proxy === null ? undefined : { url: proxy, variable }
  }
  return undefined
}

/** The port that a URL of HTTP leads to. */
export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

/** Whether `NO_PROXY` covers the host: by its name, a domain above it, or `*`; each with a port or without. */
function isExempt(url: URL, environment: Environment): boolean {
  const host = bare(url.hostname)
  const port = String(portOf(url))
  const entries = (environment['no_proxy'] ?? environment['NO_PROXY'] ?? '').split(/[,\s]/).filter(Boolean)
  return entries.some((entry) => {
    const [, name = entry, entryPort] = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry) ?? []
    if (entryPort !== undefined && entryPort !== port) return false
    const domain = bare(name.replace(/^\*?\./, ''))
    const isHost = host === domain && !name.startsWith('*.')
    return name === '*' || isHost || host.endsWith(`.${domain}`)
  })
}

function bare(host: string): string {
  return bareHost(host.toLowerCase()).replace(/(.)\.$/, '$1')
}
