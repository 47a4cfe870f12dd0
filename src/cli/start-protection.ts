import { hostname } from 'node:os'
import { type Denylist, isProtectedClass } from '../denylist/index.ts'
import { findHostNetworks } from '../host/index.ts'
import { type Address, classifyAddress } from '../ip/index.ts'
import { Operators, protectHost } from '../protection/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'

export interface StartedProtection {
  readonly operators: Operators
  close(): Promise<void>
}

/** Begins to keep this host and the operators of the service out of all decisions; what is there now is protected when it resolves. */
export async function startProtection(
  parts: { readonly denylist: Denylist; readonly clock: Clock; readonly logger: Logger },
  privateAddresses: 'skip' | 'accept',
): Promise<StartedProtection> {
  const mayBeBlocked = (address: Address) => !isProtectedClass(classifyAddress(address), privateAddresses)
  const options = { ...parts, mayBeBlocked }
  const stop = new AbortController()
  const { ended } = await protectHost({ ...options, findHostNetworks, hostName: hostname() }, stop.signal)
  return {
    operators: new Operators(options),
    close: async () => {
      stop.abort()
      await ended
    },
  }
}
