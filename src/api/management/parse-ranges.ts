import { isTooWideToList, packRange, parseRange, type Range } from '../../ip/index.ts'
import { refuseFaults } from '../refusal.ts'

/** The ranges of a request. */
export interface ParsedRanges {
  /** One for each text, in its order. */
  readonly ranges: readonly { readonly text: string; readonly range: Range | undefined }[]
  /** Distinct ranges and what was left out, for the operation. */
  readonly operation: {
    readonly ranges: readonly Range[]
    readonly folded: number
    readonly skipped: { readonly unparsable?: number }
  }
}

export function parseRanges(texts: readonly string[]): ParsedRanges {
  const ranges = texts.map((text) => ({ text, range: parseRange(text) }))
  const fit = ranges.flatMap(({ range }) => range ?? [])
  const distinct = [...new Set(fit)]
  const unparsable = texts.length - fit.length
  const skipped = unparsable === 0 ? {} : { unparsable }
  return { ranges, operation: { ranges: distinct, folded: fit.length - distinct.length, skipped } }
}

/** To allow the whole Internet would silently end all blocking. @throws Refusal 422 naming each that is too wide */
export function refuseTooWide(texts: readonly string[]): void {
  const faults = texts.flatMap((text, index) => {
    const range = packRange(text)
    if (range === undefined || !isTooWideToList(range)) return []
    const msg = `${text} is wider than /8 (IPv4) or /19 (IPv6): so much of the Internet cannot be allowed`
    return [{ loc: ['body', 'ranges', index], msg, type: 'value_error.range_too_wide' }]
  })
  if (faults.length > 0) throw refuseFaults(faults)
}
