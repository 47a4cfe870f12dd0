import {
  type AgentHealth,
  type FoundState,
  judgeHealth,
  readStatusRecord,
  readStoppedStates,
  type StatusRecord,
} from '../agent/index.ts'
import { findLockHolder } from '../runtime/index.ts'

/** Everything that is known of an agent from outside. */
export interface AgentReport {
  readonly directory: string
  readonly health: AgentHealth
  /** Of the process that holds the directory. */
  readonly pid: number | undefined
  readonly record: StatusRecord | undefined
  /** What waits on disk; of an agent that runs its record says it. */
  readonly left: readonly FoundState[]
}

/** Looks at a state directory and leaves no trace there. @throws HoneyjamError DIRECTORY_UNUSABLE, STORE_CORRUPT, STORE_NEWER */
export async function inspectAgent(directory: string, nowMs: number): Promise<AgentReport> {
  const holder = findLockHolder(directory)
  const record = await readStatusRecord(directory)
  const health = judgeHealth(record, holder !== undefined, nowMs)
  const left = holder === undefined ? readStoppedStates(directory) : []
  return { directory, health, pid: holder?.pid, record, left }
}
