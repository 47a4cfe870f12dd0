import { disjointIntervals, type Interval, intervalText } from '../../ip/index.ts'
import { HOST_SETS, hostAddress, hostSetOf } from '../networks.ts'
import type { Ban, BanChange } from '../ports.ts'
import { RANGE_SETS, SET_NAMES, type SetName } from './render-table.ts'

const LAST_V4 = 0xffff_ffff_ffffn
const FIRST_V4 = 0xffff_0000_0000n
const DAY_SECONDS = 86_400

/**
 * A script for one transaction. Kernels before 6.12 do not change the end of an element that is there, and refuse to delete
 * one that is not: so what is extended or let go is first added, which does nothing where it is there, and then deleted.
 */
export function renderChange(change: BanChange, { table, nowMs }: { table: string; nowMs: number }): string {
  const { ban, extend, unban, ranges } = change
  const leaving = [...extend.map(({ network }) => network), ...unban].map((network) => ({
    network,
    expiresAtMs: Infinity,
  }))
  const lines = [
    ...renderHosts('add', leaving, { table }),
    ...renderHosts('delete', leaving, { table }),
    ...renderHosts('add', [...ban, ...extend].filter(isAlive(nowMs)), { table, nowMs }),
  ]
  if (ranges !== undefined) lines.push(...renderRanges(ranges, { table, nowMs }))
  return `${lines.join('\n')}\n`
}

/** A script that puts these bans in the place of everything the sets hold. */
export function renderReplacement(
  bans: { readonly hosts: readonly Ban[]; readonly ranges: readonly Ban[] },
  { table, nowMs }: { table: string; nowMs: number },
): string {
  const lines = [
    ...SET_NAMES.map((set) => `flush set inet ${table} ${set}`),
    ...renderHosts('add', bans.hosts.filter(isAlive(nowMs)), { table, nowMs }),
    ...renderRanges(bans.ranges, { table, nowMs }),
  ]
  return `${lines.join('\n')}\n`
}

function isAlive(nowMs: number) {
  return ({ expiresAtMs }: { readonly expiresAtMs: number }): boolean => expiresAtMs > nowMs
}

/** @param options.nowMs absent: elements are written without their time */
function renderHosts(
  verb: 'add' | 'delete',
  hosts: readonly Ban[],
  { table, nowMs }: { readonly table: string; readonly nowMs?: number },
): string[] {
  return HOST_SETS.flatMap((set) => {
    const elements = hosts
      .filter(({ network }) => hostSetOf(network) === set)
      .map(({ network, expiresAtMs }) => {
        return hostAddress(network) + (nowMs === undefined ? '' : timeoutText(expiresAtMs, nowMs))
      })
    return renderElements(verb, { table, set, elements })
  })
}

function renderRanges(ranges: readonly Ban[], { table, nowMs }: { table: string; nowMs: number }): string[] {
  const intervals = disjointIntervals(ranges.filter(isAlive(nowMs)))
  return RANGE_SETS.flatMap((set) => {
    const elements = intervals
      .filter((interval) => isV4(interval) === (set === 'range4'))
      .map((interval) => intervalText(interval) + timeoutText(interval.expiresAtMs, nowMs))
    return [`flush set inet ${table} ${set}`, ...renderElements('add', { table, set, elements })]
  })
}

function renderElements(
  verb: 'add' | 'delete',
  { table, set, elements }: { table: string; set: SetName; elements: readonly string[] },
): string[] {
  return elements.length === 0 ? [] : [`${verb} element inet ${table} ${set} { ${elements.join(',\n')} }`]
}

/** Whole seconds, so that an element ends no sooner than its ban; nft takes at most eight digits of a unit. */
function timeoutText(expiresAtMs: number, nowMs: number): string {
  if (expiresAtMs === Infinity) return ''
  const seconds = Math.ceil((expiresAtMs - nowMs) / 1000)
  return ` timeout ${Math.floor(seconds / DAY_SECONDS)}d${seconds % DAY_SECONDS}s`
}

function isV4({ first, last }: Interval): boolean {
  return first >= FIRST_V4 && last <= LAST_V4
}
