import { closeSync, openSync, writeSync } from 'node:fs'
import { pino } from 'pino'
import { HoneyjamError } from './errors.ts'
import type { Logger } from './logger.ts'

const OWNER_AND_GROUP = 0o640
const WARN_EVERY_MS = 60_000

/** A log in a file of its own. */
interface FileLogger {
  readonly log: Logger
  close(): void
}

/**
 * Opens a log that is appended to a file, one JSON object a line. A line that the file does not take is dropped, and `logger` is told at most
 * once a minute: nobody waits for it.
 * @throws HoneyjamError CONFIG_UNREADABLE the file cannot be opened
 */
export function createFileLogger(path: string, logger: Logger): FileLogger {
  const fd = openForAppending(path)
  let warnedAtMs = Number.NEGATIVE_INFINITY
  const write = (line: string) => {
    try {
      writeSync(fd, line)
    } catch (err) {
      const nowMs = performance.now()
      if (nowMs - warnedAtMs < WARN_EVERY_MS) return
      warnedAtMs = nowMs
      logger.warn({ err, path }, 'lines of the access log are lost: the file takes none')
    }
  }
  const log = pino({ level: 'info', base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write })
  return { log, close: () => closeSync(fd) }
}

function openForAppending(path: string): number {
  try {
    return openSync(path, 'a', OWNER_AND_GROUP)
  } catch (cause) {
    throw new HoneyjamError('CONFIG_UNREADABLE', `${path} cannot be written`, { cause, fields: { path } })
  }
}
