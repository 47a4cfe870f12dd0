import type { ErrorCode } from '../runtime/index.ts'

/** What the program's end says to scripts; listed in `docs/reference/command-line.md`. */
export const EXIT_CODES = {
  ok: 0,
  failure: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  interrupted: 130,
  terminated: 143,
} as const

const EXIT_CODE_BY_ERROR: Partial<Record<ErrorCode, number>> = {
  USAGE: EXIT_CODES.usage,
  CONFIG_INVALID: EXIT_CODES.usage,
  CONFIG_UNREADABLE: EXIT_CODES.usage,
  API_REFUSED: EXIT_CODES.refused,
  API_UNREACHABLE: EXIT_CODES.unreachable,
}

/** @returns the exit code for an error of that code */
export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODE_BY_ERROR[code] ?? EXIT_CODES.failure
}
