/** Control, format (bidi marks, zero width), private and unassigned characters, separators and lone surrogates. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu
const ELLIPSIS = '…'

/**
 * Makes foreign text safe to print on a terminal: what could move the cursor, colour, reorder or hide text becomes
 * `\xNN` or `\u{N}`. Meant for eyes; it cannot be turned back.
 * @param maxLength characters kept; longer text ends with an ellipsis
 */
export function escapeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const escaped = Array.from(text, escapeCharacter)
  if (escaped.length <= maxLength) return escaped.join('')
  return `${escaped.slice(0, maxLength - 1).join('')}${ELLIPSIS}`
}

function escapeCharacter(character: string): string {
  return character.replace(UNSAFE, (unsafe) => {
    const hex = (unsafe.codePointAt(0) ?? 0).toString(16)
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`
  })
}
