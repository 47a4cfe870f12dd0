import { indentation, splitLines, strip, stripEnd } from './python-text.ts'

/** One option as it stands in a file: not interpolated yet. */
export interface RawOption {
  readonly value: string
  /** Line (from 1) the option begins on. */
  readonly line: number
}

/** Option name (lower case) to option. */
export type RawSection = ReadonlyMap<string, RawOption>

/** Something in a file that Cowrie would stop at. Says what is wrong without the line's text: it may hold a secret. */
export interface SyntaxFault {
  /** From 1. */
  readonly line: number
  readonly message: string
}

/** What one file says: sections by name (`DEFAULT` among them), and every fault in the order of the lines. */
export interface ConfigText {
  readonly sections: ReadonlyMap<string, RawSection>
  readonly faults: readonly SyntaxFault[]
}

/** The section whose options every section of a file has as well. */
export const DEFAULT_SECTION = 'DEFAULT'

/**
 * Parses one file as Python's `ConfigParser` with its default settings does, which is what Cowrie uses
 * (https://docs.python.org/3/library/configparser.html#supported-ini-file-structure).
 * Where Python stops at the first fault of some kinds, this goes on and finds the others too; the sections
 * of a text with faults are not to be used.
 */
export function parseConfigText(text: string): ConfigText {
  const reader = new LineReader()
  for (const [index, line] of splitLines(text).entries()) reader.take(line, index + 1)
  return reader.finish()
}

/** Up to the last `]` of the line; what stands behind it is ignored. */
const SECTION_HEADER = /^\[(.+)\]/s
const OPTION = /^([^=:]*)[=:](.*)$/s

interface OpenOption {
  readonly lines: string[]
  readonly line: number
}

/** The state of `RawConfigParser._read`. */
class LineReader {
  readonly #sections = new Map<string, Map<string, OpenOption>>()
  readonly #faults: SyntaxFault[] = []
  #section: Map<string, OpenOption> | undefined
  #sectionName = ''
  /** What an indented or blank line continues. */
  #option: OpenOption | undefined
  #indentation = 0
  #hasTextBeforeSection = false

  take(line: string, number: number): void {
    const text = strip(line)
    if (text === '') {
      // a blank line belongs to the value if the value goes on behind it; at its end it is cut off again
      this.#option?.lines.push('')
      return
    }
    if (text.startsWith('#') || text.startsWith(';')) return
    const depth = indentation(line)
    if (this.#option !== undefined && depth > this.#indentation) {
      this.#option.lines.push(text)
      return
    }
    this.#indentation = depth
    this.#takeStart(text, number)
  }

  finish(): ConfigText {
    const sections = new Map<string, RawSection>()
    for (const [name, options] of this.#sections) {
      sections.set(name, new Map([...options].map(([option, open]) => [option, closeOption(open)])))
    }
    return { sections, faults: this.#faults }
  }

  /** A line that continues nothing: a section header or the first line of an option. */
  #takeStart(text: string, number: number): void {
    const header = SECTION_HEADER.exec(text)?.[1]
    if (header !== undefined) this.#openSection(header, number)
    else if (this.#section === undefined) this.#refuseTextBeforeSection(text, number)
    else this.#takeOption(text, number)
  }

  #openSection(name: string, number: number): void {
    if (this.#sections.has(name) && name !== DEFAULT_SECTION) {
      this.#fault(number, `section ${quoteName(name)} is there twice in this file: put its options together`)
    }
    this.#section = this.#sections.get(name) ?? new Map<string, OpenOption>()
    this.#sections.set(name, this.#section)
    this.#sectionName = name
    this.#option = undefined
  }

  #refuseTextBeforeSection(text: string, number: number): void {
    if (this.#hasTextBeforeSection) return
    this.#hasTextBeforeSection = true
    const help = text.startsWith('\ufeff')
      ? 'the file begins with a byte order mark: save it as UTF-8 without one'
      : 'expected a section header such as [honeypot] before the first option'
    this.#fault(number, help)
  }

  #takeOption(text: string, number: number): void {
    const [, name, value] = OPTION.exec(text) ?? []
    if (name === undefined || value === undefined) {
      this.#fault(number, 'expected "option = value" (an option without "=" or ":" is not valid)')
      return
    }
    const option = stripEnd(name).toLowerCase()
    if (option === '') this.#fault(number, 'expected a name before "=" or ":"')
    if (this.#section?.has(option) === true) {
      const where = `section ${quoteName(this.#sectionName)} of this file`
      this.#fault(number, `option ${quoteName(option)} is there twice in ${where}`)
    }
    const open = { lines: [strip(value)], line: number }
    this.#section?.set(option, open)
    this.#option = option === '' ? undefined : open
  }

  #fault(line: number, message: string): void {
    this.#faults.push({ line, message })
  }
}

function closeOption({ lines, line }: OpenOption): RawOption {
  return { value: stripEnd(lines.join('\n')), line }
}

const LONGEST_QUOTED_NAME = 80

function quoteName(name: string): string {
  return JSON.stringify(name.length > LONGEST_QUOTED_NAME ? `${name.slice(0, LONGEST_QUOTED_NAME)}…` : name)
}
