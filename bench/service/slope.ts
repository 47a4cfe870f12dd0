/** How a series of values rises, and whether that is worth a word. */
export interface Trend {
  readonly mean: number
  /** What the line through the values rises by from the first to the last. */
  readonly rise: number
}

/** The line through evenly spaced values, by least squares. */
export function trendOf(values: readonly number[]): Trend {
  const middle = (values.length - 1) / 2
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  let above = 0
  let below = 0
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean)
    below += (index - middle) ** 2
  }
  return { mean, rise: below === 0 ? 0 : (above / below) * (values.length - 1) }
}
