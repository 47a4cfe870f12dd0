/** Where metrics are served. */
export interface MetricsAddress {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
}

/** Metrics name targets and paths: without a host they stay on this machine. */
const DEFAULT_HOST = '127.0.0.1'
const HIGHEST_PORT = 65_535
const HOST_AND_PORT = /^(?:(?:\[([0-9A-Fa-f:.%\w]+)\]|([^\s:[\]]+)):)?(\d{1,5})$/

/** Reads `PORT`, `HOST:PORT` or `[IPV6]:PORT`. */
export function parseMetricsAddress(text: string): MetricsAddress | undefined {
  const [, ipv6, name, digits] = HOST_AND_PORT.exec(text.trim()) ?? []
  const port = Number(digits)
  if (digits === undefined || port > HIGHEST_PORT) return undefined
  return { host: ipv6 ?? name ?? DEFAULT_HOST, port }
}

/** As {@link parseMetricsAddress} reads it. */
export function renderMetricsAddress({ host, port }: MetricsAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
