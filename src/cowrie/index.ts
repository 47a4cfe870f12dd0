export { eventGroup, parseEvent } from './cowrie-event.ts'
export type { CowrieEvent, LogBatch, LogPosition } from './log-batch.ts'
