/** What a torture found; all counts are whole. */
export interface TortureResult {
  readonly seed: number
  readonly minutes: number
  readonly directory: string
  readonly kills: Readonly<Record<'agent' | 'service', number>>
  /** Times a program ended by itself: an agent may, while its disk is full. */
  readonly exits: Readonly<Record<'agent' | 'service', number>>
  readonly rotations: ReadonlyMap<string, number>
  readonly faults: ReadonlyMap<string, number>
  /** Without it the disk was never full: only root can mount one. */
  readonly hasSmallDisk: boolean
  readonly requests: number
  readonly reports: number
  readonly lines: number
  readonly addresses: number
  readonly verdict: Verdict
}

export interface Evidence {
  /** From the log. */
  readonly linesByAddress: ReadonlyMap<string, number>
  /** From the proxy: reports taken by the service, each idempotency key once. */
  readonly reportsByAddress: ReadonlyMap<string, number>
  /** From the list. */
  readonly totalReportsByAddress: ReadonlyMap<string, number>
  readonly ambiguousKeys: readonly string[]
}

export interface Verdict {
  /** In the log and not on the list. */
  readonly missing: readonly string[]
  /** On the list and not in the log. */
  readonly unknown: readonly string[]
  /** Counted more often by the service than there were reports with the address, or lines. */
  readonly overCounted: readonly string[]
  /** Counted less often than the service took. */
  readonly underCounted: readonly string[]
  /** Idempotency keys that stood for more than one report. */
  readonly ambiguousKeys: readonly string[]
}

export function compare(evidence: Evidence): Verdict {
  const { linesByAddress, reportsByAddress, totalReportsByAddress, ambiguousKeys } = evidence
  const listed = [...totalReportsByAddress]
  const reportsOf = (address: string) => reportsByAddress.get(address) ?? 0
  return {
    missing: [...linesByAddress.keys()].filter((address) => !totalReportsByAddress.has(address)),
    unknown: listed.map(([address]) => address).filter((address) => !linesByAddress.has(address)),
    overCounted: listed
      .filter(([address, total]) => total > Math.min(reportsOf(address), linesByAddress.get(address) ?? 0))
      .map(([address]) => address),
    underCounted: listed.filter(([address, total]) => total < reportsOf(address)).map(([address]) => address),
    ambiguousKeys,
  }
}

export function isGood({ verdict, exits }: TortureResult): boolean {
  const { missing, unknown, overCounted, underCounted, ambiguousKeys } = verdict
  const findings = [missing, unknown, overCounted, underCounted, ambiguousKeys]
  return findings.every((list) => list.length === 0) && exits.service === 0
}

export function renderResult(result: TortureResult): string {
  const { seed, minutes, kills, exits, rotations, faults, verdict } = result
  const rows: (readonly [string, string | number])[] = [
    ['seed', seed],
    ['minutes', minutes.toFixed(1)],
    ['kills', `${kills.agent} of the agent, ${kills.service} of the service`],
    ['exits', `${exits.agent} of the agent, ${exits.service} of the service`],
    ['rotations', renderCounts(rotations)],
    ['faults', renderCounts(faults)],
    ['full disk', result.hasSmallDisk ? 'tried' : 'SKIPPED: this user cannot mount a small disk'],
    ['reports', `${result.reports} taken in ${result.requests} requests`],
    ['lines', result.lines],
    ['addresses', result.addresses],
    ['missing', renderAddresses(verdict.missing)],
    ['unknown', renderAddresses(verdict.unknown)],
    ['over-counted', renderAddresses(verdict.overCounted)],
    ['under-counted', renderAddresses(verdict.underCounted)],
    ['keys of two reports', renderAddresses(verdict.ambiguousKeys)],
  ]
  return rows.map(([name, value]) => `${name.padEnd(20)} ${value}\n`).join('')
}

function renderCounts(counts: ReadonlyMap<string, number>): string {
  const sum = [...counts.values()].reduce((total, count) => total + count, 0)
  return `${sum} (${[...counts].map(([name, count]) => `${name}: ${count}`).join(', ')})`
}

function renderAddresses(addresses: readonly string[]): string {
  return [addresses.length, ...addresses.slice(0, 10)].join(' ')
}
