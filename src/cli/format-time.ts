const SECOND_MS = 1000
const UNITS: readonly (readonly [name: string, unitMs: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', SECOND_MS],
]

/** An instant for people, in UTC and to the second: `2026-11-24 03:07:16`. */
export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** A span for people, rounded to its two largest units, such as `1d 2h` or `45s`; never less than a second. */
export function formatSpan(milliseconds: number): string {
  let rest = Math.max(SECOND_MS, roundTo(grainOf(milliseconds), milliseconds))
  const parts: string[] = []
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.join(' ')
}

/** The unit below the largest one. */
function grainOf(milliseconds: number): number {
  const largest = UNITS.findIndex(([, unitMs]) => milliseconds >= unitMs)
  return UNITS[largest + 1]?.[1] ?? SECOND_MS
}

function roundTo(grainMs: number, milliseconds: number): number {
  return Math.round(milliseconds / grainMs) * grainMs
}
