import { type Network, type ProtectedNetwork, parseNetwork } from '../enforce/index.ts'
import { HoneyjamError } from '../runtime/index.ts'

/** Reads what `--protect` names. @throws HoneyjamError USAGE */
export function fixedNetwork(text: string): ProtectedNetwork {
  const network: Network | undefined = parseNetwork(text)
  if (network === undefined) {
    throw new HoneyjamError('USAGE', `--protect takes an address or a range, not ${JSON.stringify(text)}`)
  }
  return { network, reason: 'fixed' }
}
