import { parsePythonBoolean, parsePythonInteger } from '../config/index.ts'

/**
 * How the text of one option becomes its value. By hand, because a schema library takes more memory than all the agent
 * keeps.
 */
export interface Option<Value> {
  /** @returns the value, or what is wrong with the text; every fault of a list, at least one */
  read(text: string): Reading<Value>
  /** The value when nothing sets the option. */
  readonly absent: Value
}

export type Reading<Value> = { readonly value: Value } | { readonly faults: readonly string[] }

/** The values of a table of options. */
export type ValuesOf<Options> = {
  readonly [Name in keyof Options]: Options[Name] extends Option<infer Value> ? Value : never
}

/** Something wrong with the text of an option; the message goes on behind its value. */
export interface OptionFault<Name> {
  readonly name: Name
  readonly message: string
}

/** Reads the texts of a table of options. @returns all values, or all faults in the order of the table */
export function readOptions<Options extends Readonly<Record<string, Option<unknown>>>>(
  options: Options,
  texts: { readonly [Name in keyof Options]?: string | undefined },
): { readonly values: ValuesOf<Options> } | { readonly faults: readonly OptionFault<keyof Options>[] } {
  const values: Record<string, unknown> = {}
  const faults: OptionFault<keyof Options>[] = []
  for (const [name, option] of Object.entries(options)) {
    const text = texts[name]
    const reading = text === undefined ? { value: option.absent } : option.read(text)
    if ('value' in reading) values[name] = reading.value
    else faults.push(...reading.faults.map((message) => ({ name, message })))
  }
  return faults.length === 0 ? { values: values as ValuesOf<Options> } : { faults }
}

/** Takes any text. */
export function text(): Option<string | undefined> {
  return { read: (value) => ({ value }), absent: undefined }
}

/** Takes text that a pattern matches. */
export function matching(pattern: RegExp): (text: string) => string | undefined {
  return (value) => (pattern.test(value) ? value : undefined)
}

/** Takes text that `parse` takes; `expected` completes "expected …" in the fault. */
export function parsed<T>(parse: (text: string) => T | undefined, expected: string): Option<T | undefined> {
  return {
    read: (value) => {
      const found = parse(value)
      return found === undefined ? { faults: [`expected ${expected}`] } : { value: found }
    },
    absent: undefined,
  }
}

/** Takes Cowrie's spellings of yes and no. */
export function boolean(): Option<boolean | undefined> {
  return parsed(parsePythonBoolean, 'true or false (also yes or no, on or off, 1 or 0)')
}

/** Takes one of several words. */
export function oneOf<Word extends string>(...words: readonly Word[]) {
  const expected = [words.slice(0, -1).join(', '), words.at(-1)].join(' or ')
  return parsed((text) => words.find((word) => word === text), expected)
}

/** Takes a whole number within bounds, both included. */
export function integer({
  from,
  to,
}: {
  readonly from: number
  readonly to: number
}): Option<number | undefined> {
  return parsed((value) => {
    const number = parsePythonInteger(value)
    return number !== undefined && number >= from && number <= to ? number : undefined
  }, `a whole number from ${from} to ${to}`)
}

export interface ListOptions<T> {
  readonly separator: RegExp
  readonly parse: (text: string) => T | undefined
  /** Completes "expected …" in a fault. */
  readonly expected: string
  /** Most items; default: no limit. */
  readonly max?: { readonly items: number; readonly called: string }
}

/** Items are trimmed, empty ones dropped, each is kept once. */
export function list<T>({ separator, parse, expected, max }: ListOptions<T>): Option<readonly T[]> {
  return {
    read: (value) => {
      const items = new Set<T>()
      const faults: string[] = []
      for (const item of value.split(separator).map((part) => part.trim())) {
        if (item === '') continue
        const found = parse(item)
        if (found === undefined) faults.push(`expected ${expected}, but found ${quote(item)}`)
        else items.add(found)
      }
      if (faults.length > 0) return { faults }
      if (max !== undefined && items.size > max.items) {
        return { faults: [`expected at most ${max.items} ${max.called}`] }
      }
      return { value: [...items] }
    },
    absent: [],
  }
}

/** The same option with another value when nothing sets it. */
export function withDefault<T>(
  option: Option<T>,
  absent: Exclude<T, undefined>,
): Option<Exclude<T, undefined>> {
  // an option reads as `undefined` only where it is not set
  return { ...(option as Option<Exclude<T, undefined>>), absent }
}

const LONGEST_QUOTE = 200

/** Shows the beginning of a value, on one line. */
export function quote(value: string): string {
  return JSON.stringify(value.length > LONGEST_QUOTE ? `${value.slice(0, LONGEST_QUOTE)}…` : value)
}
