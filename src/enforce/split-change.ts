import type { BanChange } from './ports.ts'

/** What it takes to have a host changed, in elements named: one that is let go or extended is added and deleted before. */
const WEIGHTS = { unban: 2, extend: 3, ban: 1 } as const

type Kind = keyof typeof WEIGHTS

/**
 * Takes a change apart into smaller ones that come to the same, one after the other: first hosts that are let go, then those that are
 * extended or banned, and last the ranges, all of them in one.
 * @param most elements that one may name
 */
export function* splitChange(change: BanChange, most: number): Iterable<BanChange> {
  for (const kind of Object.keys(WEIGHTS) as Kind[]) {
    const hosts = change[kind]
    const step = Math.max(1, Math.floor(most / WEIGHTS[kind]))
    for (let first = 0; first < hosts.length; first += step)
      yield { ...NOTHING, [kind]: hosts.slice(first, first + step) }
  }
  if (change.ranges !== undefined) yield { ...NOTHING, ranges: change.ranges }
}

const NOTHING: BanChange = { ban: [], extend: [], unban: [] }
