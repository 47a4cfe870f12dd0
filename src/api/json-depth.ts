const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/**
 * Whether arrays and objects stand in one another more than `maxDepth` times.
 * The engine takes about a quarter of a microsecond a level to parse them, so 1 MiB of brackets would hold up all other
 * requests for over 100 ms; looking takes a hundredth of that. The text need not be valid JSON.
 */
export function isDeeperThan(bytes: Uint8Array, maxDepth: number): boolean {
  let depth = 0
  let isInString = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === QUOTE) isInString = !isInString
    else if (isInString) at += byte === BACKSLASH ? 1 : 0
    else if (OPENING.has(byte) && ++depth > maxDepth) return true
    else if (CLOSING.has(byte)) depth--
  }
  return false
}
