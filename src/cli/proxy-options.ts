import { type Command, InvalidArgumentError } from 'commander'
import type { ApiSettings } from '../api/index.ts'
import { packRange, type Range, rangeText } from '../ip/index.ts'
import { option } from './options.ts'

/** Which proxies the service believes; see docs/how-to/run-behind-a-proxy.md. */
export type ProxyOptions = Partial<Pick<ApiSettings, 'trustedProxies' | 'proxyHeader'>>

const HEADERS = ['x-forwarded-for', 'forwarded'] as const satisfies readonly ApiSettings['proxyHeader'][]

export function addProxyOptions(command: Command): Command {
  const heading = 'Behind a proxy:'
  return command
    .addOption(
      option('--trusted-proxies <ranges>', 'proxies that may say for whom they ask, separated by commas')
        .default(undefined, 'none: who connects is the client')
        .argParser(parseProxies)
        .helpGroup(heading),
    )
    .addOption(
      option('--proxy-header <name>', 'the header in which they say it')
        .choices(HEADERS)
        .default('x-forwarded-for')
        .helpGroup(heading),
    )
}

function parseProxies(text: string): readonly Range[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(parseProxy)
}

function parseProxy(text: string): Range {
  const packed = packRange(text)
  if (packed === undefined) {
    throw new InvalidArgumentError(
      `${JSON.stringify(text)} is no address or range, such as 10.0.0.5 or 10.0.0.0/8.`,
    )
  }
  const range = rangeText(packed)
  // whoever is trusted can pass for anybody
  if (range.endsWith('/0')) throw new InvalidArgumentError(`${range} would let everybody choose an address.`)
  return range
}
