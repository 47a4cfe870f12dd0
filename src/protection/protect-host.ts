import type { HostNetwork } from '../host/index.ts'
import type { Logger } from '../runtime/index.ts'
import { type KeepProtectedOptions, keepProtected } from './keep-protected.ts'

/** How often it is looked what the host must not lose. */
const LOOK_EVERY_MS = 60_000
/** What was found stays protected for so long: whoever was logged in may want to come back. */
const HOST_TTL_SECONDS = 7200

export interface ProtectHostOptions extends KeepProtectedOptions {
  readonly findHostNetworks: () => Promise<readonly HostNetwork[]>
  /** Of this host, for those who read the protected set. */
  readonly hostName: string
  readonly logger: Logger
}

/**
 * Keeps what the host of the service must not cut off out of the decisions of all accounts: its addresses, gateways, name servers and
 * where its users are logged in from. Looks once before it resolves, then until the signal is aborted.
 * @returns a promise that resolves once it has ended
 */
export async function protectHost(
  options: ProtectHostOptions,
  signal: AbortSignal,
): Promise<{ readonly ended: Promise<void> }> {
  await lookOnce(options)
  return { ended: lookAgainAndAgain(options, signal) }
}

async function lookAgainAndAgain(options: ProtectHostOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    await options.clock.sleep(LOOK_EVERY_MS, signal)
    if (signal.aborted) return
    await lookOnce(options)
  }
}

async function lookOnce(options: ProtectHostOptions): Promise<void> {
  const { findHostNetworks, hostName, logger } = options
  try {
    const found = await findHostNetworks()
    const wanted = found.map(({ network, reason }) => ({ address: network, reason, comment: hostName }))
    const added = await keepProtected(wanted, HOST_TTL_SECONDS, options)
    if (added.length > 0) logger.debug({ addresses: added.length }, 'addresses of this host are protected')
  } catch (error) {
    logger.warn({ err: error }, 'addresses of this host could not be protected, will retry')
  }
}
