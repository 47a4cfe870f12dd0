/**
 * Text as Python sees it. Its white space is not JavaScript's: U+001C to U+001F and U+0085 belong to it,
 * the byte order mark U+FEFF does not (`str.isspace`, and `\s` of the `re` module).
 */
const SPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const LEADING_SPACE = new RegExp(`^[${SPACE}]*`)
const SPACES = new RegExp(`[${SPACE}]`)

/** Cuts a text into lines as a file opened in text mode does: `\n`, `\r\n` and `\r` end one ("universal newlines"). */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/)
}

/** `str.strip()` */
export function strip(text: string): string {
  return stripEnd(text.slice(indentation(text)))
}

/** `str.rstrip()`; walks from the end, since a pattern anchored there takes quadratic time on long runs of spaces. */
export function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && SPACES.test(text.charAt(end - 1))) end--
  return text.slice(0, end)
}

/** Number of white space characters before the first other one. */
export function indentation(line: string): number {
  return LEADING_SPACE.exec(line)?.[0].length ?? 0
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['yes', true],
  ['true', true],
  ['on', true],
  ['0', false],
  ['no', false],
  ['false', false],
  ['off', false],
])

/** `ConfigParser.getboolean`: `1 yes true on`, `0 no false off` in any case; anything else is `undefined`. */
export function parsePythonBoolean(text: string): boolean | undefined {
  return BOOLEANS.get(text.toLowerCase())
}

/** More digits than `int()` takes (`sys.get_int_max_str_digits`). */
const MAX_DIGITS = 4300

/**
 * `int(text)`: surrounding white space, one sign, leading zeros and single underscores between digits are fine.
 * Only ASCII digits count (Python takes those of other scripts too). Past 2^53 the number is the nearest one
 * JavaScript has, so check its range.
 */
export function parsePythonInteger(text: string): number | undefined {
  const digits = strip(text)
  if (digits.length > 2 * MAX_DIGITS || !/^[+-]?[0-9]+(?:_[0-9]+)*$/.test(digits)) return undefined
  return Number(digits.replaceAll('_', ''))
}

/** `str(value)` of a boolean: `True` or `False`. */
export function renderPythonBoolean(value: boolean): string {
  return value ? 'True' : 'False'
}
