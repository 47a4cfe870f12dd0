import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CowrieConfig, loadCowrieConfig } from '../../src/config/index.ts'
import { HoneyjamError } from '../../src/runtime/index.ts'

const ORACLE = fileURLToPath(new URL('../support/python-config-oracle.py', import.meta.url))
/** Older ones end a section's name at the first bracket. */
const HAS_PYTHON =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 11))']).status === 0

const SECTIONS = ['a', 'A', 'b c', 'DEFAULT', 'x] y']
const OPTIONS = ['x', 'y', 'ß', 'x y']
const GETTERS = ['get', 'getBoolean', 'getInteger'] as const

interface Case {
  readonly files: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

type Answer = 'refused' | readonly Outcome[]
type Outcome = { readonly value: unknown } | { readonly missing: true } | { readonly failed: true }

let python: ChildProcessByStdio<Writable, Readable, null>
let answers: AsyncIterator<string>
let directory: string

beforeAll(() => {
  if (!HAS_PYTHON) return
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-differential-'))
  python = spawn('python3', [ORACLE], { stdio: ['pipe', 'pipe', 'inherit'] })
  answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]()
})

afterAll(() => {
  if (!HAS_PYTHON) return
  python.stdin.end()
  rmSync(directory, { recursive: true })
})

async function askPython(question: Case): Promise<Answer> {
  python.stdin.write(`${JSON.stringify({ ...question, sections: SECTIONS, options: OPTIONS })}\n`)
  const { value } = (await answers.next()) as { value: string }
  return JSON.parse(value) as Answer
}

function askHoneyjam({ files, environment }: Case): Answer {
  const paths = files.map((content, index) => join(directory, `${index}.cfg`))
  for (const [index, path] of paths.entries()) writeFileSync(path, files[index] ?? '')
  const config = attempt(() => loadCowrieConfig({ files: paths, workingDirectory: directory, environment }))
  if (config === undefined) return 'refused'
  return SECTIONS.flatMap((section) =>
    OPTIONS.flatMap((option) => GETTERS.map((getter) => outcome(config, getter, [section, option]))),
  )
}

function outcome(config: CowrieConfig, getter: (typeof GETTERS)[number], path: [string, string]): Outcome {
  const found = attempt(() => config[getter](...path) ?? { missing: true as const })
  if (found === undefined) return { failed: true }
  return 'missing' in found ? found : { value: found.value }
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    if (error instanceof HoneyjamError) return undefined
    throw error
  }
}

const SPACE = fc.constantFrom('', '', '', ' ', '  ', '\t', '\u00a0', '\x1f', '\x85', '\ufeff', '\u2028')
const REFERENCE = fc.constantFrom(
  '${x}',
  '${y}',
  '${a:x}',
  '${A:Y}',
  '${DEFAULT:x}',
  '${b c:ß}',
  '$$',
  '$',
  '${',
  '}',
  '${a:b:c}',
)
const SCALAR = fc.constantFrom(
  '1',
  '-5',
  '1_0',
  ' 7 ',
  'yes',
  'OFF',
  'true',
  '0x1',
  '"1"',
  '',
  'x',
  '1 ; c',
  '[a]',
  'y=2',
  '😀',
)
const VALUE = fc.array(fc.oneof(SCALAR, REFERENCE), { maxLength: 3 }).map((parts) => parts.join(''))
const ASSIGNMENT = fc
  .tuple(
    fc.constantFrom(...OPTIONS, 'X', 'Y', 'SS', ''),
    SPACE,
    fc.constantFrom('=', ':', '=', ''),
    SPACE,
    VALUE,
  )
  .map((parts) => parts.join(''))
const HEADER = fc.constantFrom(...SECTIONS, '', 'a] ; [c').map((name) => `[${name}]`)
const COMMENT = fc.constantFrom('# x = 1', '; [a]', '#', ';x')
const LINE = fc
  .tuple(
    SPACE,
    fc.oneof(
      { weight: 8, arbitrary: ASSIGNMENT },
      { weight: 2, arbitrary: HEADER },
      { weight: 2, arbitrary: VALUE },
      { weight: 1, arbitrary: COMMENT },
      { weight: 2, arbitrary: fc.constant('') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 8 }) },
    ),
    SPACE,
    fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', ''),
  )
  .map((parts) => parts.join(''))

/** Mostly valid: each option once for each section. */
const TIDY_FILE = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom(...SECTIONS),
      fc.array(
        fc.tuple(fc.constantFrom('x', 'Y', 'ß', 'x y'), SPACE, VALUE, fc.array(VALUE, { maxLength: 2 })),
        { maxLength: 4 },
      ),
    ),
    {
      selector: ([section]) => section,
    },
  )
  .map((sections) =>
    sections
      .map(([name, options]) => {
        const unique = new Map(options.map(([option, ...rest]) => [option, rest] as const))
        const lines = [...unique].map(([option, [space, value, more]]) =>
          [`${option}${space}=${space}${value}`, ...more.map((line) => `  ${space}${line}`)].join('\n'),
        )
        return [`[${name}]`, ...lines].join('\n')
      })
      .join('\n'),
  )
const UNTIDY_FILE = fc.array(LINE, { maxLength: 10 }).map((lines) => `[a]\n${lines.join('')}`)
const WILD_FILE = fc.array(LINE, { maxLength: 12 }).map((lines) => lines.join(''))
const ENVIRONMENT = fc.dictionary(
  fc.constantFrom(
    'COWRIE_A_X',
    'COWRIE_B C_Y',
    'COWRIE_B C_SS',
    'COWRIE_DEFAULT_X',
    'COWRIE_A_X Y',
    'cowrie_a_y',
  ),
  VALUE,
  { maxKeys: 2 },
)
const CASE = fc.record({
  files: fc.array(fc.oneof(TIDY_FILE, UNTIDY_FILE, WILD_FILE), { minLength: 1, maxLength: 3 }),
  environment: ENVIRONMENT,
})

describe.skipIf(!HAS_PYTHON)("beside Python's own configparser", () => {
  it('random configurations are refused by both or say the same', { timeout: 120_000 }, async () => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(CASE, async (question) => {
        const expected = await askPython(question)
        if (expected !== 'refused') accepted++
        expect(askHoneyjam(question)).toEqual(expected)
      }),
      { numRuns: Number(process.env['HONEYJAM_DIFFERENTIAL_RUNS'] ?? 1500) },
    )
    // refusals alone would prove little
    expect(accepted).toBeGreaterThan(200)
  })
})
