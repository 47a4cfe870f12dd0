import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseConfigText } from './parse-config-text.ts'

/** Values by section and option. */
function read(text: string): Record<string, Record<string, string>> {
  const { sections, faults } = parseConfigText(text)
  expect(faults).toEqual([])
  return Object.fromEntries(
    [...sections].map(([name, options]) => [
      name,
      Object.fromEntries([...options].map(([option, { value }]) => [option, value])),
    ]),
  )
}

function faultLines(text: string): number[] {
  return parseConfigText(text).faults.map(({ line }) => line)
}

function faultText(text: string): string {
  return parseConfigText(text)
    .faults.map(({ message }) => message)
    .join('\n')
}

describe('options', () => {
  it('are set by "=" or ":", whichever comes first', () => {
    expect(read('[a]\nw=1\nx = 2\ny: 3\nz : tcp:22=x\nv =: 4\n')).toEqual({
      a: { w: '1', x: '2', y: '3', z: 'tcp:22=x', v: ': 4' },
    })
  })

  it('have names in any case', () => {
    expect(read('[a]\nBearer_Token = x\n')).toEqual({ a: { bearer_token: 'x' } })
  })

  it('may be empty', () => {
    expect(read('[a]\nx =\ny = 1')).toEqual({ a: { x: '', y: '1' } })
  })

  it('keep quotes', () => {
    expect(read(`[a]\nx = "1"\ny = '2'\n`)).toEqual({ a: { x: '"1"', y: "'2'" } })
  })

  it('keep what looks like a comment behind the value', () => {
    expect(read('[a]\nx = 1 ; c\ny = 2 # c\n')).toEqual({ a: { x: '1 ; c', y: '2 # c' } })
  })

  it('know the line they begin on', () => {
    const { sections } = parseConfigText('# c\n\n[a]\r\nx = 1\r\n 2\r\ny = 3\r\n')
    expect([...(sections.get('a') ?? [])].map(([name, { line }]) => [name, line])).toEqual([
      ['x', 4],
      ['y', 6],
    ])
  })

  it('may be named like anything an object has', () => {
    expect(parseConfigText('[__proto__]\nconstructor = 1\n').sections.get('__proto__')).toEqual(
      new Map([['constructor', { value: '1', line: 2 }]]),
    )
  })
})

describe('comments', () => {
  it('are whole lines that begin with "#" or ";", indented or not', () => {
    expect(read('# a = 1\n; b\n[a]\n  # c\n\t; d\n#e=1\nx = 1\n')).toEqual({ a: { x: '1' } })
  })

  it('inside a value leave no trace', () => {
    expect(read('[a]\nx = 1\n  # c\n  2\n; c\n  3\n')).toEqual({ a: { x: '1\n2\n3' } })
  })
})

describe('continuation', () => {
  it('is a line indented deeper than the option', () => {
    expect(read('[a]\n x = 1\n  2\n\t 3\n y = 4\n')).toEqual({ a: { x: '1\n2\n3', y: '4' } })
  })

  it('may look like an option or a section', () => {
    expect(read('[a]\nx = 1\n y = 2\n [b]\n')).toEqual({ a: { x: '1\ny = 2\n[b]' } })
  })

  it('goes on behind blank lines, which belong to the value', () => {
    expect(read('[a]\nx = 1\n\n   \n  2\n\ny = 3\n')).toEqual({ a: { x: '1\n\n\n2', y: '3' } })
  })

  it('may hold the whole value', () => {
    expect(read('[a]\nx =\n  1\n  2\n')).toEqual({ a: { x: '\n1\n2' } })
  })

  it('does not follow a section header', () => {
    expect(read('[a]\n  x = 1\ny = 2\n')).toEqual({ a: { x: '1', y: '2' } })
  })

  it('ends at a line indented as deep as the option', () => {
    expect(read('[a]\n  x = 1\n  y = 2\n z = 3\n  4\n')).toEqual({ a: { x: '1', y: '2', z: '3\n4' } })
  })
})

describe('sections', () => {
  it('have names that keep case and spaces', () => {
    expect(read('[A]\nx = 1\n[a]\nx = 2\n[ a b ]\nx = 3\n')).toEqual({
      A: { x: '1' },
      a: { x: '2' },
      ' a b ': { x: '3' },
    })
  })

  it('reach to the last bracket of the line, and what follows is ignored', () => {
    expect(read('[a] ; c\nx = 1\n[b] c [d] e\n')).toEqual({ a: { x: '1' }, 'b] c [d': {} })
  })

  it('may be indented', () => {
    expect(read('  [a]\nx = 1\n')).toEqual({ a: { x: '1' } })
  })

  it('named DEFAULT may stand there twice', () => {
    expect(read('[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\ny = 2\n')).toEqual({ DEFAULT: { x: '1', y: '2' }, a: {} })
  })
})

describe('faults', () => {
  it('are: an option without a value', () => {
    expect(faultLines('[a]\nx = 1\ntags\n')).toEqual([3])
    expect(faultText('[a]\ntags\n')).toContain('expected "option = value"')
  })

  it('are: a section twice', () => {
    expect(faultLines('[a]\n[b]\n[a]\n')).toEqual([3])
    expect(faultText('[a]\n[b]\n[a]\n')).toContain('section "a" is there twice')
  })

  it('are: an option twice, in any case', () => {
    expect(faultLines('[a]\nx = 1\nX = 2\n[DEFAULT]\ny=1\n[b]\ny=1\n[DEFAULT]\ny=2')).toEqual([3, 9])
    expect(faultText('[a]\nx = 1\nX = 2\n')).toContain('option "x" is there twice in section "a"')
  })

  it('are: an option without a name', () => {
    expect(faultLines('[a]\n= 1\n')).toEqual([2])
  })

  it('are: anything before the first section, once', () => {
    expect(faultLines('\n# c\nx = 1\ny = 2\n[a]\nz = 1\n')).toEqual([3])
    expect(faultText('\ufeff[a]\nx = 1\n')).toContain('byte order mark')
  })

  it('are shown all at once', () => {
    expect(faultLines('x\n[a]\nfoo\nx = 1\nx = 2\n[b]\n[a]\nbar\n')).toEqual([1, 3, 5, 7, 8])
  })

  it('never show the line, which may hold a secret', () => {
    expect(faultText('hunter2\n[a]\nhunter2\n= hunter2\nx = hunter2\nx = hunter2\n')).not.toContain('hunter2')
  })

  it('show the beginning of a long name', () => {
    expect(faultText(`[${'a'.repeat(5000)}]\n`.repeat(2)).length).toBeLessThan(200)
  })
})

const NAME = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,12}$/)
const VALUE_LINE = fc
  .stringMatching(/^[!"$-:<-~][ -~äß€😀]{0,20}[!-~]$/u)
  .filter((line) => !/^[#;]/.test(line))
const VALUE = fc
  .array(fc.oneof({ weight: 4, arbitrary: VALUE_LINE }, fc.constant('')), { maxLength: 4 })
  .map((lines) => lines.join('\n').trimEnd())
const SECTIONS = fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z0-9_ ]{0,12}$/), fc.dictionary(NAME, VALUE))

test('what was written is read back', () => {
  fc.assert(
    fc.property(
      SECTIONS,
      fc.constantFrom(' = ', '=', ': '),
      fc.constantFrom('\n', '\r\n'),
      (sections, delimiter, end) => {
        expect(read(render(sections, delimiter).replaceAll('\n', end))).toEqual({ ...sections })
      },
    ),
  )
})

function render(sections: Record<string, Record<string, string>>, delimiter: string): string {
  return Object.entries(sections)
    .map(([name, options]) => {
      const lines = Object.entries(options).map(
        ([option, value]) => `${option}${delimiter}${value.replaceAll('\n', '\n\t')}\n`,
      )
      return `[${name}]\n${lines.join('')}\n`
    })
    .join('')
}

test('no text makes it throw, and every fault stands on a line of the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(fc.constantFrom('[a]\n', 'x=', '\n', ' ', '#', ']', '\r')),
      (text, parts) => {
        const whole = parts.join('') + text + parts.join('')
        const lines = whole.split(/\r\n|\n|\r/).length
        for (const { line } of parseConfigText(whole).faults) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(lines)
        }
      },
    ),
  )
})
