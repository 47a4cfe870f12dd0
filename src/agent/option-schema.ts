import { z } from 'zod'
import { parsePythonBoolean, parsePythonInteger } from '../config/index.ts'

/** Takes text that a pattern matches. */
export function matching(pattern: RegExp): (text: string) => string | undefined {
  return (text) => (pattern.test(text) ? text : undefined)
}

/** Takes text that `parse` takes; `expected` completes "expected …" in the fault. */
export function parsed<T>(parse: (text: string) => T | undefined, expected: string) {
  return z.string().transform((text, context): T => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue(`expected ${expected}`)
    return z.NEVER
  })
}

/** Takes Cowrie's spellings of yes and no. */
export function boolean() {
  return parsed(parsePythonBoolean, 'true or false (also yes or no, on or off, 1 or 0)')
}

/** Takes one of several words. */
export function oneOf<Word extends string>(...words: readonly Word[]) {
  const expected = [words.slice(0, -1).join(', '), words.at(-1)].join(' or ')
  return parsed((text) => words.find((word) => word === text), expected)
}

/** Takes a whole number within bounds, both included. */
export function integer({ from, to }: { readonly from: number; readonly to: number }) {
  return parsed((text) => {
    const value = parsePythonInteger(text)
    return value !== undefined && value >= from && value <= to ? value : undefined
  }, `a whole number from ${from} to ${to}`)
}

/** Items are trimmed, empty ones dropped, each is kept once. */
export function list<T>(separator: RegExp, parse: (text: string) => T | undefined, expected: string) {
  return z.string().transform((text, context): T[] => {
    const items = new Set<T>()
    for (const item of text.split(separator).map((part) => part.trim())) {
      if (item === '') continue
      const value = parse(item)
      if (value !== undefined) items.add(value)
      else context.addIssue(`expected ${expected}, but found ${quote(item)}`)
    }
    return [...items]
  })
}

const LONGEST_QUOTE = 200

/** Shows the beginning of a value, on one line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)
}
