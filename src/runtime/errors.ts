/**
 * The base of every error honeyjam throws on purpose.
 * `code` is stable and has an entry in `docs/reference/errors.md`; `fields` are the data, never part of the text alone.
 */
export class HoneyjamError extends Error {
  readonly code: ErrorCode
  readonly fields: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; fields?: Record<string, unknown> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'HoneyjamError'
    this.code = code
    this.fields = options.fields ?? {}
  }
}

/** Every code there is, with what a person can do about it; `docs/reference/errors.md` is tested against this table. */
export const ERROR_CODES = {
  DIRECTORY_LOCKED: 'Another honeyjam process uses this directory: stop it, or choose another directory.',
  DIRECTORY_UNUSABLE:
    'The directory cannot be made or written: check its owner, its mode and the free space.',
  STORE_UNAVAILABLE:
    'The store did not take the data: check the disk; nothing was acknowledged, so send it again.',
  STORE_CORRUPT: 'The store holds something this version cannot read: restore a backup or report the fault.',
  STORE_NEWER: 'A newer honeyjam wrote this store: run that version or a newer one.',
  STORE_OUTRUN:
    'The shared journal does not go on where this process stands: start it again, it then loads everything anew.',
  ARCHIVE_INVALID: 'The file is no whole archive of a store: export it again, or copy it again.',
  SPOOL_FULL:
    'As many addresses wait to be reported as spool_megabytes allows: see why the service does not take them.',
  CONFIG_INVALID: 'The configuration is not valid: the message lists every fault with its place.',
  CONFIG_UNREADABLE: 'A configuration file cannot be read: check its path and mode.',
  LOG_UNREADABLE: 'The log cannot be read: check its path and that the user of honeyjam may read it.',
  LISTEN_FAILED:
    'The address or port cannot be listened on: choose another with --host and --port, for metrics with --metrics-listen.',
  ANSWER_INCOMPLETE:
    'The service sent an answer that was cut off or is none: nothing of it was taken, it is asked for again.',
  ENFORCER_UNSUPPORTED:
    'This host cannot enforce that way: install the program, run as root or with CAP_NET_ADMIN, or choose another enforcer.',
  FIREWALL_REFUSED:
    'The firewall did not take the change: nothing was changed; the message holds its reason.',
  API_UNREACHABLE: 'No answer came from the service: check that it runs and its URL.',
  API_REFUSED: 'The service refused the request: the message holds its reason.',
  USAGE: 'The command line is not valid: see --help.',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof ERROR_CODES
