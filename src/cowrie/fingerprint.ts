import { createHash } from 'node:crypto'
import type { LogPosition } from './log-batch.ts'
import type { LogFile, LogFileState } from './log-file.ts'

/** So much of a file's start tells it apart from others: Cowrie's first line holds a time to the microsecond. */
export const HEAD_BYTES = 1024

/**
 * The position behind `offset` bytes of an open file; all of them have been read.
 * Before the first line it is told by what already stands in the file; if that is nothing, by being written to later.
 */
export function positionIn(file: LogFile, offset: number, { modifiedMs }: LogFileState): LogPosition {
  const fingerprintBytes = Math.min(HEAD_BYTES, offset === 0 ? HEAD_BYTES : offset, file.head.length)
  const { path, device, inode } = file
  return {
    path,
    device,
    inode,
    fingerprint: fingerprintOf(file, fingerprintBytes),
    fingerprintBytes,
    offset,
    modifiedMs,
  }
}

/**
 * Whether the file is the one the position was taken in, perhaps renamed, copied or packed since.
 * Its inode alone would prove nothing: the next file often gets the one that was freed, and a log that is cut keeps its own.
 * Where nothing had been read there is nothing to tell by, and nothing to leave out either.
 */
export async function holdsPosition(file: LogFile, position: LogPosition): Promise<boolean> {
  if (position.fingerprintBytes === 0 || file.head.length < position.fingerprintBytes) return false
  if (fingerprintOf(file, position.fingerprintBytes) !== position.fingerprint) return false
  const { bytes } = await file.state()
  return bytes === undefined || bytes >= position.offset
}

/** Whether two names stand for one file, as long as it is not deleted. */
export function isSameFile(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode
}

export type FileIdentity = Pick<LogPosition, 'device' | 'inode'>

/** Each piece of a log has a position, and nearly all of a file the same fingerprint; a head that changes is another buffer. */
const latestOfHead = new WeakMap<Buffer, { readonly bytes: number; readonly fingerprint: string }>()

function fingerprintOf({ head }: LogFile, bytes: number): string {
  const latest = latestOfHead.get(head)
  if (latest?.bytes === bytes) return latest.fingerprint
  const fingerprint = createHash('sha256').update(head.subarray(0, bytes)).digest('hex')
  latestOfHead.set(head, { bytes, fingerprint })
  return fingerprint
}
