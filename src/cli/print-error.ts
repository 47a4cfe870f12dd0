import { CommanderError } from 'commander'
import { ERROR_CODES, HoneyjamError } from '../runtime/index.ts'
import { escapeText } from './escape-text.ts'
import { EXIT_CODES, exitCodeOf } from './exit-codes.ts'
import type { Output } from './output.ts'

/**
 * Prints what went wrong and what helps.
 * @param showStack also prints where in the program it happened
 * @returns the exit code
 */
export function printError(error: unknown, output: Output, showStack: boolean): number {
  // commander has printed its own already
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage
  const { code, message, help } = describeError(error)
  if (output.json) output.note(JSON.stringify({ error: { code, message, help } }))
  else output.note(`honeyjam: ${escapeLines(message)}\n  ${help} [${code}]`)
  if (showStack) output.note(escapeLines(renderStack(error)))
  return error instanceof HoneyjamError ? exitCodeOf(error.code) : EXIT_CODES.failure
}

function describeError(error: unknown): { code: string; message: string; help: string } {
  if (error instanceof HoneyjamError) {
    return { code: error.code, message: error.message, help: ERROR_CODES[error.code] }
  }
  return {
    code: 'UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    help: 'This should not happen: run it again with --log-level debug and report what it prints.',
  }
}

function escapeLines(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeText(line))
    .join('\n')
}

function renderStack(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stack = error.stack ?? error.message
  return error.cause === undefined ? stack : `${stack}\ncaused by: ${renderStack(error.cause)}`
}
