import { DEFAULT_SECTION } from './parse-config-text.ts'

/** Where references of a value are looked up; option names are in lower case. */
export interface References {
  hasSection(section: string): boolean
  /** The raw value in the files, those of `DEFAULT` included. */
  fileValue(section: string, option: string): string | undefined
  /** The value the environment gives, which wins over the files. */
  environmentValue(section: string, option: string): string | undefined
}

/** What came of a value: its text, or why it has none. `problem` quotes nothing, `detail` names the reference. */
export type Interpolated =
  | { readonly text: string; readonly problem?: undefined; readonly detail?: undefined }
  | { readonly text?: undefined; readonly problem: string; readonly detail?: string }

/** `MAX_INTERPOLATION_DEPTH` of Python's configparser. */
const MAX_DEPTH = 10
/** Ours: ten levels of a hundred references each would never end. */
const MAX_REFERENCES = 10_000
/** Ours, in UTF-16 code units. */
const MAX_LENGTH = 1_048_576

/**
 * Replaces `${option}`, `${section:option}` and `$$` as Python's `ExtendedInterpolation` does in Cowrie's parser.
 * `${option}` sees the files alone; `${section:option}` sees the environment first.
 * @param value raw value of an option of `section`
 */
export function interpolate(value: string, section: string, references: References): Interpolated {
  // without a dollar there is nothing to do, and no need of the section
  if (!value.includes('$')) return { text: value }
  const expansion = new Expansion(references)
  const failure = expansion.expand(value, section, 1)
  return failure ?? { text: expansion.text }
}

type Failure = Extract<Interpolated, { readonly problem: string }>

class Expansion {
  text = ''
  #referenceCount = 0
  readonly #references: References

  constructor(references: References) {
    this.#references = references
  }

  /** Appends `value` to the text. @returns the first failure, from left to right */
  expand(value: string, section: string, depth: number): Failure | undefined {
    if (depth > MAX_DEPTH) return { problem: `its references are nested more than ${MAX_DEPTH} deep` }
    let rest = value
    for (let dollar = rest.indexOf('$'); dollar >= 0; dollar = rest.indexOf('$')) {
      this.text += rest.slice(0, dollar)
      const { length, reference, problem } = readDollar(rest.slice(dollar))
      if (problem !== undefined) return { problem }
      const failure = reference === undefined ? this.#append('$') : this.#follow(reference, section, depth)
      if (failure !== undefined) return failure
      rest = rest.slice(dollar + length)
    }
    return this.#append(rest)
  }

  #follow(reference: string, section: string, depth: number): Failure | undefined {
    if (++this.#referenceCount > MAX_REFERENCES) {
      return { problem: `it holds more than ${MAX_REFERENCES} references` }
    }
    const path = reference.split(':')
    if (path.length > 2) {
      return { problem: 'a reference has more than one ":"', detail: JSON.stringify(reference) }
    }
    const target = path.length === 1 ? section : (path[0] ?? '')
    const option = (path.at(-1) ?? '').toLowerCase()
    const value = this.#lookUp(path.length === 1, target, option)
    if (value === undefined || (value.includes('$') && !this.#hasSection(target))) {
      return { problem: 'a reference leads to no option', detail: JSON.stringify(reference) }
    }
    return value.includes('$') ? this.expand(value, target, depth + 1) : this.#append(value)
  }

  #lookUp(isOwnSection: boolean, section: string, option: string): string | undefined {
    const fromEnvironment = isOwnSection ? undefined : this.#references.environmentValue(section, option)
    return fromEnvironment ?? this.#references.fileValue(section, option)
  }

  #hasSection(section: string): boolean {
    return section === DEFAULT_SECTION || this.#references.hasSection(section)
  }

  #append(text: string): Failure | undefined {
    this.text += text
    return this.text.length > MAX_LENGTH
      ? { problem: `it is longer than ${MAX_LENGTH} characters` }
      : undefined
  }
}

interface Dollar {
  /** Characters it takes. */
  readonly length: number
  /** What stands in the braces; absent for `$$`. */
  readonly reference?: string
  readonly problem?: string
}

/** Reads what begins with the dollar at the start of `text`. */
function readDollar(text: string): Dollar {
  if (text[1] === '$') return { length: 2 }
  if (text[1] !== '{') {
    return { length: 1, problem: 'a "$" is followed by neither "$" nor "{": write "$$" for a dollar sign' }
  }
  const end = text.indexOf('}')
  if (end <= 2)
    return { length: 2, problem: 'a "${" is not closed, or empty: write "$${" if it is meant as it stands' }
  return { length: end + 1, reference: text.slice(2, end) }
}
