import { HoneyjamError } from '../runtime/index.ts'

/** One thing that is wrong in a configuration. Neither part ever holds the value of a secret. */
export interface ConfigFault {
  /** `FILE:LINE`, `environment variable NAME`, or a command line option. */
  readonly origin: string
  /** What is wrong and what is expected. */
  readonly message: string
}

/** Faults a message lists; `fields.faults` holds them all. */
const MAX_LISTED = 30

/** The CONFIG_INVALID error that shows all faults at once; `fields.faults` are the {@link ConfigFault}s. */
export function configInvalid(faults: readonly ConfigFault[]): HoneyjamError {
  const lines = faults.slice(0, MAX_LISTED).map(({ origin, message }) => `\n  ${origin}: ${message}`)
  if (faults.length > MAX_LISTED) lines.push(`\n  and ${faults.length - MAX_LISTED} more`)
  return new HoneyjamError('CONFIG_INVALID', `the configuration is not valid:${lines.join('')}`, {
    fields: { faults },
  })
}
