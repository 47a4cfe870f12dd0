import type { AgentConfig } from '../../src/agent/index.ts'

/** An agent's settings as the removed module had them by default, with what a test wants otherwise. */
export function agentConfig(settings: Partial<AgentConfig> = {}): AgentConfig {
  return {
    enabled: true,
    targets: [{ apiUrl: 'http://127.0.0.1:1/v1/ip', bearerToken: 'tja_test' }],
    apiUrlRetired: false,
    trackLogin: true,
    trackSession: false,
    ttlSeconds: 86_400,
    category: 'ABUSE',
    tags: ['COWRIE', 'LOGIN', 'SESSION'],
    flushSeconds: 60,
    flushAddresses: 1000,
    requestsPerMinute: 6,
    spool: { maxAddresses: 2_000_000, whenFull: 'wait' },
    caFile: undefined,
    logPaths: [],
    statePath: undefined,
    exclude: [],
    privateAddresses: 'accept',
    metricsListen: undefined,
    heartbeat: 'auto',
    warnings: [],
    ...settings,
  }
}

/** One line of Cowrie's log, as the newest version writes it. */
export function loginLine(
  address: string,
  timestampMs = Date.now(),
  eventid = 'cowrie.login.failed',
): string {
  const timestamp = new Date(timestampMs).toISOString().replace('Z', '000Z')
  return `${JSON.stringify({ session: 'a1b2c3d4e5f6', protocol: 'ssh', src_ip: address, username: 'root', eventid, sensor: 's', timestamp })}\n`
}
