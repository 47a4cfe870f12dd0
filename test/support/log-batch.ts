import type { CowrieEvent, LogBatch } from '../../src/cowrie/index.ts'

/** A failed login, or another event, of an address; without a time it counts as seen now. */
export function eventFrom(address: string, eventid = 'cowrie.login.failed'): CowrieEvent {
  return { eventid, src_ip: address, timestampMs: undefined }
}

/** What reading a log gives that holds these events and ends at `offset`. */
export function batchEndingAt(offset: number, events: readonly CowrieEvent[]): LogBatch {
  const position = {
    path: '/log',
    device: 1,
    inode: 2,
    fingerprint: '',
    fingerprintBytes: 0,
    modifiedMs: 0,
    offset,
  }
  const lines = events.length
  return {
    events,
    lines,
    blankLines: 0,
    eventLines: lines,
    unparsableLines: 0,
    bytes: 1,
    position,
    lagBytes: 0,
  }
}
