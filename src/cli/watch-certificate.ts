import { readTlsPair, type TlsFiles, type TlsPair } from '../config/index.ts'
import { type Clock, HoneyjamError, type Logger } from '../runtime/index.ts'

export interface WatchCertificateOptions {
  readonly files: TlsFiles
  /** What is in use. */
  readonly pair: TlsPair
  /** Puts another one into use. */
  readonly use: (pair: TlsPair) => void
  readonly clock: Clock
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** How often the files are looked at: links that are switched tell nobody. */
export const LOOK_MS = 10_000
const DAY_MS = 86_400_000
/** What renews certificates by itself does so weeks before they end. */
const FEW_DAYS = 7

/**
 * Looks at the files until `signal` is aborted and puts a new pair into use. A pair that is not whole is left alone: the one in use
 * stays. It is warned of when it is still so at the next look, since the two files are seldom replaced at the same instant.
 */
export async function watchCertificate(options: WatchCertificateOptions): Promise<void> {
  const { files, use, clock, logger, signal } = options
  let inUse = options.pair
  let lastFault: string | undefined
  let warned: string | undefined
  let wornOut = warnWhenWorn(inUse, { clock, logger }, undefined)
  for (;;) {
    await clock.sleep(LOOK_MS, signal)
    if (signal.aborted) return
    const found = readPair(files)
    const fault = found instanceof HoneyjamError ? found.message : undefined
    if (fault !== undefined && fault === lastFault && fault !== warned) {
      logger.warn({ err: found, ...files }, 'the new certificate cannot be used; the one before stays')
      warned = fault
    }
    lastFault = fault
    if (!(found instanceof HoneyjamError)) {
      warned = undefined
      if (found.cert !== inUse.cert || found.key !== inUse.key) {
        use(found)
        inUse = found
        wornOut = undefined
        logger.info(describe(found), 'another certificate is in use')
      }
    }
    wornOut = warnWhenWorn(inUse, { clock, logger }, wornOut)
  }
}

function readPair(files: TlsFiles): TlsPair | HoneyjamError {
  try {
    return readTlsPair(files)
  } catch (error) {
    if (error instanceof HoneyjamError) return error
    throw error
  }
}

type Wear = 'early' | 'expired' | 'soon' | undefined

/** @param told what was warned of already. @returns what is now */
function warnWhenWorn(
  pair: TlsPair,
  { clock, logger }: Pick<WatchCertificateOptions, 'clock' | 'logger'>,
  told: Wear,
): Wear {
  const wear = wearOf(pair, clock.nowMs())
  if (wear !== undefined && wear !== told) logger.warn(describe(pair), WARNINGS[wear])
  return wear
}

const WARNINGS = {
  early: 'the certificate is not valid yet: clients refuse it; look at the clock of this machine',
  expired: 'the certificate has expired: clients refuse it; renew it',
  soon: `the certificate ends in less than ${FEW_DAYS} days: renew it`,
} satisfies Record<NonNullable<Wear>, string>

function wearOf({ validFromMs, validToMs }: TlsPair, nowMs: number): Wear {
  if (nowMs < validFromMs) return 'early'
  if (nowMs >= validToMs) return 'expired'
  return validToMs - nowMs < FEW_DAYS * DAY_MS ? 'soon' : undefined
}

function describe({ subject, validToMs }: TlsPair): object {
  return { subject, validTo: new Date(validToMs).toISOString() }
}
