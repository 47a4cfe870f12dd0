export type { CowrieEvent, LogBatch, LogPosition } from './log-batch.ts'
