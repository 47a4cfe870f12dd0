import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { createFileLogger, createLogger, type Logger } from '../runtime/index.ts'
import { type CommonOptions, option } from './options.ts'

/** Whether each request is logged: not at all, beside the log of the program, or in a file. */
export interface AccessLogOptions {
  readonly accessLog: string
}

export function addAccessLogOption(command: Command): void {
  command.addOption(
    option(
      '--access-log <where>',
      'one line for each request: off, on (standard error) or the path of a file',
    )
      .default('off')
      .argParser(parseWhere),
  )
}

/**
 * Opens the access log. A file is appended to, a JSON object a line, and followed when it is cut off (logrotate's `copytruncate`).
 * @returns `undefined` when nothing is to be logged
 * @throws HoneyjamError CONFIG_UNREADABLE the file cannot be written
 */
export function openAccessLog(
  { accessLog, logFormat }: AccessLogOptions & Pick<CommonOptions, 'logFormat'>,
  logger: Logger,
): { readonly log: Logger; close(): void } | undefined {
  if (accessLog === 'off') return undefined
  // of its own level: whoever wants few lines of the program may want all requests
  if (accessLog === 'on')
    return { log: createLogger({ format: logFormat, level: 'info' }), close: () => undefined }
  return createFileLogger(resolve(accessLog), logger)
}

function parseWhere(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It must be off, on or the path of a file.')
  return text
}
