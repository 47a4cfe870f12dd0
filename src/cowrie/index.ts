export { eventGroup } from './cowrie-event.ts'
export { type FollowLogOptions, followLog } from './follow-log.ts'
export type { CowrieEvent, LogBatch, LogPosition } from './log-batch.ts'
export { type ReadLogOptions, readLog, STANDARD_INPUT } from './read-log.ts'
