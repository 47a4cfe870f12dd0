import { type Command, InvalidArgumentError } from 'commander'
import type { ApiSettings } from '../api/index.ts'
import { option } from './options.ts'

/** Which web pages may read answers; see docs/reference/report-api.md. */
export type CorsOptions = Partial<Pick<ApiSettings, 'corsOrigins'>>

export function addCorsOption(command: Command): Command {
  return command.addOption(
    option('--cors-origins <origins>', 'web pages that may ask from a browser, separated by commas')
      .default(undefined, 'none')
      .argParser(parseOrigins),
  )
}

function parseOrigins(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(parseOrigin)
}

/** Browsers send an origin in one spelling only, and it is compared as it is. */
function parseOrigin(text: string): string {
  const quoted = JSON.stringify(text)
  if (text.includes('*'))
    throw new InvalidArgumentError(`${quoted}: name each origin, there is no pattern for many.`)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new InvalidArgumentError(
      `${quoted} is no origin, such as https://list.example.org or http://127.0.0.1:3000.`,
    )
  }
  if (url.origin !== text)
    throw new InvalidArgumentError(`${quoted}: browsers send ${url.origin}, write it like that.`)
  return text
}
