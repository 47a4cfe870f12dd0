import { createRequire } from 'node:module'
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino'
import type pretty from 'pino-pretty'

export type { Logger } from 'pino'

/** How the program tells its operator what it does; events about attackers are data and do not go here. */
export interface LoggerOptions {
  /** `text` for people, `json` (one object a line) for machines. */
  readonly format: 'text' | 'json'
  readonly level: LevelWithSilent
  /** Where lines go; default standard error. */
  readonly destination?: DestinationStream
}

/** Field names whose values are never written. */
const SECRET_FIELDS = [
  'authorization',
  'headers.authorization',
  'bearerToken',
  'key',
  '*.authorization',
  '*.bearerToken',
]

/** Creates the logger of one process; lines are written synchronously, so that none is lost at exit. */
export function createLogger({ format, level, destination }: LoggerOptions): Logger {
  const settings = { level, base: null, redact: SECRET_FIELDS, timestamp: pino.stdTimeFunctions.isoTime }
  const sink = destination ?? pino.destination({ dest: 2, sync: true })
  if (format === 'json') return pino(settings, sink)
  return pino(settings, prettyTo(sink))
}

/** The formatter is loaded with the first line: many a run has nothing to say. */
function prettyTo(destination: DestinationStream): DestinationStream {
  let stream: DestinationStream | undefined
  return {
    write: (line) => {
      stream ??= loadPretty()({
        destination,
        sync: true,
        colorize: process.stderr.isTTY,
        translateTime: 'SYS:HH:MM:ss',
        singleLine: true,
      })
      stream.write(line)
    },
  }
}

function loadPretty(): typeof pretty {
  return createRequire(import.meta.url)('pino-pretty') as typeof pretty
}

/** A logger that writes nothing. */
export const silentLogger: Logger = pino({ level: 'silent' })
