import { lookup } from 'node:dns/promises'
import { describeError, proxyOf } from '../../client/index.ts'
import { bareHost, parseAddress } from '../../ip/index.ts'
import { type Finding, failed, ok } from './finding.ts'
import { hideLogin } from './hide-login.ts'

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY']

/** Which addresses the service (or the proxy on the way to it) has, and how long it took to ask. */
export async function checkName(url: URL, environment: NodeJS.ProcessEnv): Promise<Finding> {
  const proxy = proxyOf(url, environment)
  const asked = proxy?.url ?? url
  const host = bareHost(asked.hostname)
  const details = proxyLines(environment, proxy?.variable)
  if (parseAddress(host) !== undefined) return ok(`${host} is an address, nothing to look up`, details)
  const startedAtMs = performance.now()
  try {
    const addresses = await lookup(host, { all: true })
    const tookMs = Math.round(performance.now() - startedAtMs)
    return ok(`${host} is ${addresses.map(({ address }) => address).join(', ')} (${tookMs} ms)`, details)
  } catch (error) {
    return failed(`${host}: ${describeError(error)}`, nameHelp(proxy?.variable), details)
  }
}

function nameHelp(variable: string | undefined): string {
  if (variable !== undefined) return `Mend the name of the proxy in the environment variable ${variable}.`
  return 'Mend the name in api_url, or see that /etc/resolv.conf names a server that answers.'
}

/** Which variables are set; the values may hold a password and are shown without it. */
function proxyLines(environment: NodeJS.ProcessEnv, used: string | undefined): string[] {
  const set = PROXY_VARIABLES.filter((name) => (environment[name] ?? '') !== '')
  if (set.length === 0) return []
  const lines = set.map((name) => `${name} = ${hideLogin(environment[name] ?? '')}`)
  return [...lines, used === undefined ? 'no proxy is used for this service' : `the proxy of ${used} is used`]
}
