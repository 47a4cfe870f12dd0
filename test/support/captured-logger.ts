import { createLogger, type Logger } from '../../src/runtime/index.ts'

/** One line of the log as an object. */
export interface LogLine {
  /** As pino counts: 30 info, 40 warn, 50 error. */
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

/** A logger whose lines a test can look at. */
export function captureLog(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = []
  const destination = {
    write: (text: string) => {
      lines.push(JSON.parse(text) as LogLine)
    },
  }
  return { logger: createLogger({ format: 'json', level: 'debug', destination }), lines }
}
