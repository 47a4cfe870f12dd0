import type { Command } from 'commander'
import { EXIT_CODES } from './exit-codes.ts'

/** What stands below the options in a command's help. */
export interface HelpFooter {
  /** Command lines that work, each with what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[]
  readonly exitCodes?: readonly (keyof typeof EXIT_CODES)[]
}

const MEANINGS: Record<keyof typeof EXIT_CODES, string> = {
  ok: 'done',
  failure: 'failed',
  usage: 'command line or configuration not valid',
  refused: 'refused by the service',
  unreachable: 'no answer from the service',
  interrupted: 'stopped by Ctrl-C before it was done',
  terminated: 'stopped by SIGTERM before it was done',
}

/** Adds examples, exit codes and the word about the environment. */
export function addHelpFooter(command: Command, footer: HelpFooter): Command {
  return command.addHelpText('after', () => `\n${renderFooter(footer)}`)
}

function renderFooter({ examples, exitCodes = [] }: HelpFooter): string {
  const exampleLines = examples.map(([line, meaning]) => `  ${line}\n      ${meaning}`)
  const sections = [`Examples:\n${exampleLines.join('\n')}`]
  if (exitCodes.length > 0) {
    const codes = exitCodes.map((name) => `  ${String(EXIT_CODES[name]).padEnd(5)}${MEANINGS[name]}`)
    sections.push(`Exit codes:\n${codes.join('\n')}`)
  }
  sections.push('Each option can be set in the environment: --some-option is HONEYJAM_SOME_OPTION.')
  return sections.join('\n\n')
}
