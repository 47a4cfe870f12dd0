import type { HttpResponse } from './http-connection.ts'

/**
 * Reads a body as UTF-8 text up to `maxBytes`; what is longer is cut off and its connection given up.
 * Invalid bytes become U+FFFD.
 */
export async function readBoundedText(
  body: HttpResponse['body'],
  maxBytes: number,
): Promise<{ text: string; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // leaving the loop destroys the stream and with it the rest of the answer
    if (length > maxBytes) break
  }
  const text = Buffer.concat(chunks, Math.min(length, maxBytes)).toString('utf8')
  return { text, isWhole: length <= maxBytes }
}

/** Shows foreign text in one line: at most `maxCharacters`, control and other unprintable characters as escapes. */
export function quoteForeignText(text: string, maxCharacters: number): string {
  const shown = text.slice(0, maxCharacters).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escapeCharacter)
  return text.length > maxCharacters ? `${shown}…` : shown
}

/** As JSON has it: short where there is a short form, else each UTF-16 unit, as JSON leaves most of these characters alone. */
function escapeCharacter(character: string): string {
  const short = JSON.stringify(character).slice(1, -1)
  if (short.startsWith('\\')) return short
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('')
}
