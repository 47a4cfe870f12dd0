import type { LogBatch } from '../cowrie/index.ts'
import type { AddressCensus } from './address-census.ts'
import { SKIP_REASONS, type SkipReason } from './sighting.ts'

/** Counts of lines and events, of one file or of all; plain data that is kept on disk. */
export interface LineCounts {
  lines: number
  blankLines: number
  /** Lines that hold a Cowrie event, of any kind. */
  events: number
  unparsableLines: number
  /** Unpacked. */
  bytes: number
  /** Events that the settings track, those without a usable address included. */
  trackedEvents: number
  skippedEvents: Partial<Record<SkipReason, number>>
}

/** What a file, or all of them, held. */
export interface OnceTally extends Omit<LineCounts, 'skippedEvents'> {
  /** Distinct source addresses of tracked events, those that are skipped included. */
  readonly distinctAddresses: number
  /** Distinct addresses that are reported. */
  readonly reportableAddresses: number
  readonly skipped: Readonly<Partial<Record<SkipReason, SkippedTally>>>
}

export interface SkippedTally {
  readonly events: number
  /** Distinct ones; 0 for reasons that speak of no address. */
  readonly addresses: number
}

export function noLines(): LineCounts {
  return {
    lines: 0,
    blankLines: 0,
    events: 0,
    unparsableLines: 0,
    bytes: 0,
    trackedEvents: 0,
    skippedEvents: {},
  }
}

/** Adds the lines that were read; their events are counted apart. */
export function countLines(counts: LineCounts, batch: LogBatch): void {
  counts.lines += batch.lines
  counts.blankLines += batch.blankLines
  counts.events += batch.eventLines
  counts.unparsableLines += batch.unparsableLines
  counts.bytes += batch.bytes
}

/** Sum of the files' counts. */
export function sumOf(all: readonly LineCounts[]): LineCounts {
  const sum = noLines()
  for (const counts of all) {
    sum.lines += counts.lines
    sum.blankLines += counts.blankLines
    sum.events += counts.events
    sum.unparsableLines += counts.unparsableLines
    sum.bytes += counts.bytes
    sum.trackedEvents += counts.trackedEvents
    for (const reason of SKIP_REASONS) {
      const events = counts.skippedEvents[reason]
      if (events !== undefined) sum.skippedEvents[reason] = (sum.skippedEvents[reason] ?? 0) + events
    }
  }
  return sum
}

/** Joins the counts of events with those of distinct addresses. */
export function tallyOf({ skippedEvents, ...counts }: LineCounts, census: AddressCensus): OnceTally {
  const skipped: Partial<Record<SkipReason, SkippedTally>> = {}
  for (const reason of SKIP_REASONS) {
    const events = skippedEvents[reason]
    if (events !== undefined) skipped[reason] = { events, addresses: census.count(reason) }
  }
  return { ...counts, distinctAddresses: census.size, reportableAddresses: census.count('seen'), skipped }
}
