const LINE_FEED = 10
const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPENING_BRACKET = 91
const CLOSING_BRACKET = 93
const BACKSLASH = 92
const LETTER_U = 117
const OPENING_BRACE = 123
const CLOSING_BRACE = 125
const DIGIT_0 = 48
const DIGIT_9 = 57
const MINUS = 45
const PLUS = 43
const POINT = 46

const LONGEST_NAME = 16
const NO_TEXT = -1
const UNSURE = -1

/** What a byte is inside a JSON text; 0 ends every run: quote, backslash and control characters. */
const ASCII = 1
const ABOVE_ASCII = 2
const KIND_BY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte < 32 || byte === QUOTE || byte === BACKSLASH) return 0
  return byte < 128 ? ASCII : ABOVE_ASCII
})
const ESCAPES = bytesOf('"\\/bfnrt')
const HEX_DIGITS = bytesOf('0123456789abcdefABCDEF')
const LITERALS = ['true', 'false', 'null'].map((word) => Buffer.from(word))

/**
 * Reads lines that hold one flat JSON object, as nearly all of Cowrie's do, without making an object of them: it walks the
 * bytes once and takes down where the texts of the named members stand. It never differs from `JSON.parse`, as it says
 * yes only to what it knows for sure, and leaves the rest to the parser: what nests deeper than a list of flat values, empty
 * lists, what is no JSON, escapes in names, escapes and bytes above ASCII in the texts of named members.
 */
export class FlatObject {
  readonly #names: readonly Buffer[]
  /** Names of other lengths need not be compared. */
  readonly #membersByNameLength: readonly (readonly number[])[]
  readonly #starts: Int32Array
  readonly #ends: Int32Array

  /** @param names of the members that can be asked for, in ASCII, of at most 16 characters */
  constructor(names: readonly string[]) {
    this.#names = names.map((name) => Buffer.from(name))
    this.#membersByNameLength = Array.from({ length: LONGEST_NAME + 1 }, (_, length) =>
      names.flatMap((name, member) => (name.length === length ? [member] : [])),
    )
    this.#starts = new Int32Array(names.length)
    this.#ends = new Int32Array(names.length)
  }

  /**
   * @param start of the line in `bytes`
   * @param end where its line feed stands, the first one behind `start`
   * @returns whether the line is a flat object for sure; only then the members can be asked for
   */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    // no loop below goes past a line feed, so none has to look where the line ends
    if (bytes[start] !== OPENING_BRACE || end >= bytes.length || bytes[end] !== LINE_FEED) return false
    this.#starts.fill(NO_TEXT)
    let at = start
    do {
      at = this.#readMember(bytes, skipBlanks(bytes, at + 1))
      if (at === UNSURE) return false
      at = skipBlanks(bytes, at)
    } while (bytes[at] === COMMA)
    return bytes[at] === CLOSING_BRACE && skipBlanks(bytes, at + 1) === end
  }

  /** Where the text of a member starts; -1 when the member is missing or no text. Of several with one name the last counts. */
  startOf(member: number): number {
    return this.#starts[member] ?? NO_TEXT
  }

  /** Where the text of a member ends, if it has one. */
  endOf(member: number): number {
    return this.#ends[member] ?? NO_TEXT
  }

  /** @returns where the next byte stands, or -1 when unsure; so do all that follow */
  #readMember(bytes: Uint8Array, start: number): number {
    if (bytes[start] !== QUOTE) return UNSURE
    const nameStart = start + 1
    const nameEnd = endOfRun(bytes, nameStart)
    if (bytes[nameEnd] !== QUOTE) return UNSURE
    const colon = skipBlanks(bytes, nameEnd + 1)
    if (bytes[colon] !== COLON) return UNSURE
    const valueStart = skipBlanks(bytes, colon + 1)
    const member = this.#memberNamed(bytes, nameStart, nameEnd)
    return member === -1 ? skipValue(bytes, valueStart) : this.#readValue(bytes, valueStart, member)
  }

  #readValue(bytes: Uint8Array, start: number, member: number): number {
    if (bytes[start] !== QUOTE) {
      this.#starts[member] = NO_TEXT
      return skipValue(bytes, start)
    }
    const textStart = start + 1
    let end = textStart
    while (KIND_BY_BYTE[bytes[end]!] === ASCII) end += 1
    if (bytes[end] !== QUOTE) return UNSURE
    this.#starts[member] = textStart
    this.#ends[member] = end
    return end + 1
  }

  #memberNamed(bytes: Uint8Array, start: number, end: number): number {
    if (end - start > LONGEST_NAME) return -1
    for (const member of this.#membersByNameLength[end - start]!) {
      if (standsAt(bytes, start, this.#names[member]!)) return member
    }
    return -1
  }
}

function skipValue(bytes: Uint8Array, start: number): number {
  return bytes[start] === OPENING_BRACKET ? skipList(bytes, start) : skipFlatValue(bytes, start)
}

/** A list of flat values, as the algorithms of an SSH client are. */
function skipList(bytes: Uint8Array, start: number): number {
  let at = start
  do {
    at = skipFlatValue(bytes, skipBlanks(bytes, at + 1))
    if (at === UNSURE) return UNSURE
    at = skipBlanks(bytes, at)
  } while (bytes[at] === COMMA)
  return bytes[at] === CLOSING_BRACKET ? at + 1 : UNSURE
}

function skipFlatValue(bytes: Uint8Array, start: number): number {
  const first = bytes[start]!
  if (first === QUOTE) return skipText(bytes, start + 1)
  if (first === MINUS || isDigit(first)) return skipNumber(bytes, start)
  for (const word of LITERALS) if (standsAt(bytes, start, word)) return start + word.length
  return UNSURE
}

/** @param start behind the quote */
function skipText(bytes: Uint8Array, start: number): number {
  let at = endOfRun(bytes, start)
  while (bytes[at] === BACKSLASH) {
    const behind = skipEscape(bytes, at + 1)
    if (behind === UNSURE) return UNSURE
    at = endOfRun(bytes, behind)
  }
  return bytes[at] === QUOTE ? at + 1 : UNSURE
}

/** @param start behind the backslash */
function skipEscape(bytes: Uint8Array, start: number): number {
  if (ESCAPES[bytes[start]!] === 1) return start + 1
  if (bytes[start] !== LETTER_U) return UNSURE
  for (let at = start + 1; at <= start + 4; at += 1) if (HEX_DIGITS[bytes[at]!] !== 1) return UNSURE
  return start + 5
}

/** `-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?` */
function skipNumber(bytes: Uint8Array, start: number): number {
  const integer = bytes[start] === MINUS ? start + 1 : start
  let at = skipDigits(bytes, integer)
  if (at === integer || (bytes[integer] === DIGIT_0 && at > integer + 1)) return UNSURE
  if (bytes[at] === POINT) {
    const fraction = at + 1
    at = skipDigits(bytes, fraction)
    if (at === fraction) return UNSURE
  }
  return isExponent(bytes[at]!) ? skipExponent(bytes, at + 1) : at
}

function skipExponent(bytes: Uint8Array, start: number): number {
  const digits = bytes[start] === PLUS || bytes[start] === MINUS ? start + 1 : start
  const end = skipDigits(bytes, digits)
  return end === digits ? UNSURE : end
}

function skipDigits(bytes: Uint8Array, start: number): number {
  let at = start
  while (isDigit(bytes[at]!)) at += 1
  return at
}

/** Where the first quote, backslash or control character stands. */
function endOfRun(bytes: Uint8Array, start: number): number {
  let at = start
  while (KIND_BY_BYTE[bytes[at]!] !== 0) at += 1
  return at
}

/** The blanks of JSON, but for the line feed. */
function skipBlanks(bytes: Uint8Array, start: number): number {
  let at = start
  while (isBlank(bytes[at]!)) at += 1
  return at
}

/** `text` holds no line feed, so that the comparison ends at the one that ends the line. */
function standsAt(bytes: Uint8Array, start: number, text: Uint8Array): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[start + index] !== text[index]) return false
  }
  return true
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9
}

function isExponent(byte: number): boolean {
  return byte === 69 || byte === 101
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of Buffer.from(characters)) table[byte] = 1
  return table
}
