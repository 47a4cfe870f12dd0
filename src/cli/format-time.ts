const SECOND_MS = 1000
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', SECOND_MS],
] as const

/** An instant for people, in UTC and to the second: `2026-11-24 03:07:16`. */
export function formatInstant(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ')
}

/** A span for people in its two largest units, such as `1d 2h` or `45s`; never less than a second. */
export function formatSpan(milliseconds: number): string {
  let rest = Math.max(SECOND_MS, Math.round(milliseconds / SECOND_MS) * SECOND_MS)
  const parts: string[] = []
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs)
    rest -= count * unitMs
    if (count > 0) parts.push(`${count}${unit}`)
    else if (parts.length > 0) break
    if (parts.length === 2) break
  }
  return parts.join(' ')
}
