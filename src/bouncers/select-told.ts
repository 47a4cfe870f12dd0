import { type HandoutRows, ROW } from './handout-rows.ts'

/** Which part of what was told a bouncer needs to hear; each is a position, behind which it has to be told. */
export interface Needed {
  readonly since: number
  /** The same for what was taken back before the end that bouncers knew of, which does not end by itself. */
  readonly releasedSince: number
  /** The same for what has another end than before. */
  readonly movedSince: number
}

/** Numbers of rows. */
export interface Selected {
  /** To be blocked. */
  readonly told: readonly number[]
  /** Those of them that may be held with another end. */
  readonly moved: readonly number[]
  /** Not to be blocked any more. */
  readonly gone: readonly number[]
}

/** Chooses what to tell; a few milliseconds for a million rows. */
export function selectTold(rows: HandoutRows, { since, releasedSince, movedSince }: Needed): Selected {
  const told: number[] = []
  const moved: number[] = []
  const gone: number[] = []
  for (let row = 0; row < rows.end; row++) {
    const state = rows.states[row]
    const changedAt = rows.changedAt[row] ?? 0
    if (state === ROW.told) {
      if (changedAt > since) told.push(row)
      if ((rows.movedAt[row] ?? 0) > movedSince) moved.push(row)
    } else if (state === ROW.ended || state === ROW.released) {
      if (changedAt > since || (state === ROW.released && changedAt > releasedSince)) gone.push(row)
    }
  }
  const siblings = [...new Set(untoldSiblings(rows, [...gone, ...moved], since))]
  return { told: [...told, ...siblings], moved, gone }
}

/**
 * What is blocked, is not told of anyhow, and begins with the same address as something that is deleted: bouncers on nftables know
 * networks by their first address alone, so that this takes it away as well.
 */
function* untoldSiblings(rows: HandoutRows, deleted: readonly number[], since: number): Iterable<number> {
  for (const row of deleted) {
    for (const sibling of rows.siblingsOf(row))
      if (rows.states[sibling] === ROW.told && (rows.changedAt[sibling] ?? 0) <= since) yield sibling
  }
}
