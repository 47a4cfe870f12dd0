import { describe, expect, it } from 'vitest'
import { interpolate, type References } from './interpolate.ts'

type Sections = Readonly<Record<string, Readonly<Record<string, string>>>>

function references(sections: Sections, environment: Sections = {}): References {
  return {
    hasSection: (section) => Object.hasOwn(sections, section),
    fileValue: (section, option) => sections[section]?.[option] ?? sections['DEFAULT']?.[option],
    environmentValue: (section, option) => environment[section]?.[option],
  }
}

function expand(value: string, sections: Sections = {}, environment: Sections = {}): string {
  const { text, problem } = interpolate(value, 'a', references({ a: {}, ...sections }, environment))
  return text ?? `problem: ${problem}`
}

/** `x0` refers to `x1` and so on, each `width` times, up to a last one that is `1`. */
function chain(length: number, width: number): Sections {
  const options: Record<string, string> = { [`x${length}`]: '1' }
  for (let i = 0; i < length; i++) options[`x${i}`] = `\${x${i + 1}}`.repeat(width)
  return { a: options }
}

describe('references', () => {
  it('are to the same section or to another one', () => {
    const sections = { a: { x: '1' }, honeypot: { log_path: 'var/log/cowrie' } }
    expect(expand('${x}, ${X} and ${honeypot:log_path}/cowrie.json', sections)).toBe(
      '1, 1 and var/log/cowrie/cowrie.json',
    )
  })

  it('are followed to their end, each in the section it stands in', () => {
    expect(expand('${b:x}', { a: { y: 'wrong' }, b: { x: '${y}${c:z}', y: '1' }, c: { z: '$${2}' } })).toBe(
      '1${2}',
    )
  })

  it('fall back to DEFAULT', () => {
    expect(expand('${x}${b:x}${DEFAULT:x}', { DEFAULT: { x: '1' }, b: {} })).toBe('111')
  })

  it('with a section see the environment first, without one the files alone', () => {
    const environment = { a: { x: 'env' }, b: { y: 'env' } }
    expect(expand('${x} ${a:x} ${b:y}', { a: { x: 'file' } }, environment)).toBe('file env env')
  })

  it('in the environment are followed when they are reached by a reference', () => {
    expect(expand('${b:y}', { b: { x: '1' } }, { b: { y: '${x}' } })).toBe('1')
  })

  it.each(['${missing}', '${b:x}', '${a:missing}', '${:x}', '${A:x}', '${ x }'])(
    'that lead nowhere are a problem: %s',
    (value) => {
      expect(expand(value, { a: { x: '1' } })).toBe('problem: a reference leads to no option')
    },
  )

  it('name what is missing in the detail only', () => {
    expect(interpolate('${b:x}', 'a', references({}))).toMatchObject({ detail: '"b:x"' })
  })

  it('with two colons are a problem', () => {
    expect(expand('${a:b:c}')).toContain('more than one ":"')
  })

  it('may nest ten deep, not eleven', () => {
    expect(expand('${x0}', chain(9, 1))).toBe('1')
    expect(expand('${x0}', chain(10, 1))).toBe('problem: its references are nested more than 10 deep')
    expect(expand('${x}', { a: { x: '${x}' } })).toContain('nested')
  })

  it('that multiply without end are cut off', () => {
    expect(expand('${x0}', chain(9, 50))).toBe('problem: it holds more than 10000 references')
  })

  it('that make a value too long are cut off', () => {
    const sections = { a: { x: '${y}'.repeat(2000), y: 'y'.repeat(1000) } }
    expect(expand('${x}', sections)).toBe('problem: it is longer than 1048576 characters')
  })
})

describe('the dollar sign', () => {
  it('is written twice', () => {
    expect(expand('a$$b$$${x}$$', { a: { x: '1' } })).toBe('a$b$1$')
  })

  it.each(['$', 'a$b', 'a$', '$1', '$$$'])('alone is a problem: %s', (value) => {
    expect(expand(value)).toContain('write "$$" for a dollar sign')
  })

  it.each(['${', '${x', '${}', 'a${}b}'])('with a brace that does not close is a problem: %s', (value) => {
    expect(expand(value)).toContain('not closed, or empty')
  })

  it('in a problem is not quoted: the value may be a secret', () => {
    expect(JSON.stringify(interpolate('hunter2$', 'a', references({})))).not.toContain('hunter2')
  })
})

it('leaves the percent sign alone', () => {
  expect(expand('%(x)s %% 100%')).toBe('%(x)s %% 100%')
})
