import { statSync } from 'node:fs'
import Database from 'better-sqlite3'
import type { LogPosition } from '../../src/cowrie/index.ts'

/** Where an agent has noted on its disk that it stands in a log; `undefined` when it has not or cannot be asked now. */
export function readNotedPosition(stateFile: string, logPath: string): LogPosition | undefined {
  const text = readOne(stateFile, 'SELECT position FROM positions WHERE log_path = ?', logPath)
  return typeof text === 'string' ? (JSON.parse(text) as LogPosition) : undefined
}

/** Whether the agent has noted that it read the log to its end. */
export function isReadToEnd(stateFile: string, logPath: string): boolean {
  const position = readNotedPosition(stateFile, logPath)
  const state = statSync(logPath, { throwIfNoEntry: false })
  return position !== undefined && position.inode === state?.ino && position.offset === state.size
}

/** Whether anything has not been delivered yet; true as well when the agent cannot be asked now. */
export function hasWork(stateFile: string): boolean {
  return readOne(stateFile, 'SELECT (SELECT count(*) FROM pending) + (SELECT count(*) FROM batches)') !== 0
}

function readOne(stateFile: string, select: string, ...values: string[]): unknown {
  try {
    const database = new Database(stateFile, { readonly: true, fileMustExist: true })
    try {
      return database
        .prepare(select)
        .pluck()
        .get(...values)
    } finally {
      database.close()
    }
  } catch {
    // the agent has not made it yet, writes to it, or its disk is full: the caller asks again
    return undefined
  }
}
