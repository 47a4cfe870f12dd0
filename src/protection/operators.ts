import type { Address } from '../ip/index.ts'
import type { Logger } from '../runtime/index.ts'
import { type KeepProtectedOptions, keepProtected } from './keep-protected.ts'

/** How long an administrator's address stays protected after its last use. */
const OPERATOR_TTL_SECONDS = 43_200
/** An address that was looked at is not looked at again for so long. */
const LOOK_AGAIN_MS = 600_000
/** Addresses at once: a key that is used from more places is no sign of an operator any more. */
export const MAX_OPERATORS = 32

export interface OperatorsOptions extends KeepProtectedOptions {
  readonly logger: Logger
}

/** Keeps the addresses that administrators use their keys from out of all decisions, so that none locks itself out. */
export class Operators {
  readonly #options: OperatorsOptions
  readonly #seenAtMs = new Map<Address, number>()

  constructor(options: OperatorsOptions) {
    this.#options = options
  }

  /** To be told of each request with a key of an administrator. Returns at once. */
  note(address: Address): void {
    const { clock, logger } = this.#options
    const nowMs = clock.nowMs()
    const seenAtMs = this.#seenAtMs.get(address)
    // a clock that was set back must not keep an address from being looked at
    if (seenAtMs !== undefined && seenAtMs <= nowMs && nowMs < seenAtMs + LOOK_AGAIN_MS) return
    for (const [seen, atMs] of this.#seenAtMs)
      if (atMs < nowMs - 1000 * OPERATOR_TTL_SECONDS) this.#seenAtMs.delete(seen)
    if (seenAtMs === undefined && this.#seenAtMs.size >= MAX_OPERATORS) return
    this.#seenAtMs.set(address, nowMs)
    this.#protect(address).catch((error: unknown) => {
      this.#seenAtMs.delete(address)
      logger.warn({ err: error, address }, 'the address of an administrator could not be protected')
    })
  }

  async #protect(address: Address): Promise<void> {
    const added = await keepProtected(
      [{ address, reason: 'operator', comment: '' }],
      OPERATOR_TTL_SECONDS,
      this.#options,
    )
    if (added.length > 0)
      this.#options.logger.info({ address }, 'the address of an administrator is protected')
  }
}
