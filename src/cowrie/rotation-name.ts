/** What the name of a rotated log says about its age. */
export interface Rotation {
  readonly kind: 'date' | 'number'
  /** Younger files have the greater one; comparable within one kind. */
  readonly order: number
}

/** Cowrie's `.2026-11-24` and, in old versions, `.2026_6_9`; logrotate's `-20261124`, `-2026112403` and so on. */
const DATE = /^[.\-_](\d{4})([-_]?)(\d{1,2})\2(\d{1,2})(?:[-_.T]?(\d{1,10}))?$/
/** logrotate's `.1`, `.2`: the first is the youngest. */
const NUMBER = /^\.(\d{1,5})$/
/** Packed, or named by something that puts an extension behind the date. */
const EXTENSIONS = /(?:\.json)?(?:\.gz)?$/

/** What may follow the date has at most ten digits: a time of day, or seconds since 1970. */
const MAX_REST = 1e10

/**
 * Reads what stands behind the name of a log in the name of one of its rotated files.
 * @param suffix such as `.2026-11-24.gz`
 * @returns `undefined` when no rotation names files so; `cowrie.json.bak` is a copy of somebody's
 */
export function parseRotation(suffix: string): Rotation | undefined {
  const stem = suffix.replace(EXTENSIONS, '')
  const number = NUMBER.exec(stem)
  if (number !== null) return { kind: 'number', order: -Number(number[1]) }
  const date = DATE.exec(stem)
  if (date === null) return undefined
  const [year, month, day, rest] = [date[1], date[3], date[4], date[5]].map((digits) => Number(digits ?? 0))
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31) return undefined
  const dayNumber = (year! * 12 + month! - 1) * 31 + day!
  return { kind: 'date', order: dayNumber * MAX_REST + rest! }
}
