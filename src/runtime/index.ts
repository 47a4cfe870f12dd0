export { type Clock, systemClock } from './clock.ts'
export { ERROR_CODES, type ErrorCode, HoneyjamError } from './errors.ts'
export { type DirectoryLock, findLockHolder, type LockHolder, lockDirectory } from './lock-directory.ts'
export { createLogger, type Logger, type LoggerOptions, silentLogger } from './logger.ts'
