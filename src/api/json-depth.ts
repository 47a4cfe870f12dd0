const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/**
 * Whether arrays and objects stand in one another more than `maxDepth` times.
 * The engine takes about a quarter of a microsecond a level to parse them, so 1 MiB of brackets would hold up all other
 * requests for about 100 ms. Looking at 1 MiB takes a few, and stops at the first bracket too many. The text need not be valid JSON.
 */
export function isDeeperThan(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (isInString) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isInString = false
    } else if (byte === QUOTE) isInString = true
    else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      if (++depth > maxDepth) return true
    } else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) depth--
  }
  return false
}
