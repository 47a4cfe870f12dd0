import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { HoneyjamError } from '../runtime/index.ts'
import { type CowrieConfig, type LoadOptions, loadCowrieConfig } from './cowrie-config.ts'

/** Root may read and enter everything, so nothing can be hidden from it. */
const isRoot = process.getuid?.() === 0
const isWindows = process.platform === 'win32'

let top: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(top, { recursive: true }))

function write(path: string, content: string | Uint8Array): string {
  const absolute = join(top, path)
  mkdirSync(dirname(absolute), { recursive: true })
  writeFileSync(absolute, content)
  return absolute
}

/** Everything stays below the test's own directory: `work` is the working directory, `one` and `two` are usual roots. */
function load(options: Partial<LoadOptions> = {}): CowrieConfig {
  return loadCowrieConfig({
    workingDirectory: join(top, 'work'),
    environment: {},
    usualRoots: [join(top, 'one'), join(top, 'two')],
    systemFile: join(top, 'etc/cowrie/cowrie.cfg'),
    ...options,
  })
}

function loadText(text: string, environment: LoadOptions['environment'] = {}): CowrieConfig {
  return load({ files: [write('cowrie.cfg', text)], environment })
}

function failureOf(action: () => unknown): { code: string; message: string; fields: unknown } {
  try {
    action()
  } catch (error) {
    if (!(error instanceof HoneyjamError)) throw error
    return { code: error.code, message: error.message, fields: error.fields }
  }
  throw new Error('nothing was thrown')
}

describe('the files', () => {
  it('are those of the working directory, in the order of old and of new Cowries', () => {
    const files = [
      write('work/src/cowrie/data/etc/cowrie.cfg.dist', '[a]\nx = 1\na = 1\n'),
      write('work/etc/cowrie.cfg.dist', '[a]\nx = 2\nb = 2\n'),
      write('etc/cowrie/cowrie.cfg', '[a]\nx = 3\nc = 3\n'),
      write('work/etc/cowrie.cfg', '[a]\nx = 4\nd = 4\n'),
      write('work/cowrie.cfg', '[a]\nx = 5\n'),
    ]
    const config = load()
    expect(config.files).toEqual(files)
    expect(config.root).toBe(join(top, 'work'))
    expect(['x', 'a', 'b', 'c', 'd'].map((option) => config.get('a', option)?.value)).toEqual([
      '5',
      '1',
      '2',
      '3',
      '4',
    ])
  })

  it('win one by one: a later file changes single options of a section', () => {
    write('work/etc/cowrie.cfg', '[a]\nx = 1\ny = 1\n[DEFAULT]\nz = 1\n')
    write('work/cowrie.cfg', '[DEFAULT]\nz = 2\n[a]\ny = 2\n')
    const config = load()
    expect(config.get('a', 'x')).toEqual({ value: '1', origin: `${join(top, 'work/etc/cowrie.cfg')}:2` })
    expect(config.get('a', 'y')).toEqual({ value: '2', origin: `${join(top, 'work/cowrie.cfg')}:4` })
    expect(config.get('a', 'z')?.value).toBe('2')
  })

  it('come from the first usual place that has any, when the working directory has none', () => {
    const file = write('two/cowrie.cfg', '[a]\n')
    expect(load()).toMatchObject({ files: [file], root: join(top, 'two') })
    const earlier = write('one/etc/cowrie.cfg.dist', '[a]\n')
    expect(load()).toMatchObject({ files: [earlier], root: join(top, 'one') })
  })

  it('may be the system-wide one alone; the log directory then tells where Cowrie lives', () => {
    const file = write('etc/cowrie/cowrie.cfg', '[a]\n')
    expect(load()).toMatchObject({ files: [file], root: undefined })
    mkdirSync(join(top, 'two/var/log/cowrie'), { recursive: true })
    expect(load()).toMatchObject({ files: [file], root: join(top, 'two') })
  })

  it('may be none: the environment still counts', () => {
    const config = load({ environment: { COWRIE_OUTPUT_THREATJAMMER_TTL: '60' } })
    expect(config).toMatchObject({ files: [], root: undefined, blockedPaths: [] })
    expect(config.getInteger('output_threatjammer', 'ttl')?.value).toBe(60)
  })

  it('that are named are the only ones, in the order they are named', () => {
    write('work/etc/cowrie.cfg', '[a]\nx = 0\n')
    const first = write('work/first.cfg', '[a]\nx = 1\n')
    const second = write('second.cfg', '[a]\nx = 2\n')
    const config = load({ files: ['first.cfg', '../second.cfg'] })
    expect(config.files).toEqual([first, second])
    expect(config.get('a', 'x')?.value).toBe('2')
  })

  it.each([
    ['cowrie/etc/cowrie.cfg', 'cowrie'],
    ['cowrie/cowrie.cfg', 'cowrie'],
    ['cowrie/conf/my.cfg', 'cowrie/conf'],
  ])('that are named tell where Cowrie lives: %s', (file, root) => {
    expect(load({ files: [write(file, '')] }).root).toBe(join(top, root))
  })

  it('that are named beside a cowrie.cfg do not tell where Cowrie lives', () => {
    const files = [write('cowrie/etc/cowrie.cfg', ''), write('etc/honeyjam/agent.cfg', '')]
    expect(load({ files }).root).toBe(join(top, 'cowrie'))
    expect(load({ files: files.toReversed() }).root).toBe(join(top, 'cowrie'))
  })

  it('that are named and missing are an error', () => {
    const { code, message } = failureOf(() => load({ files: ['missing.cfg'] }))
    expect(code).toBe('CONFIG_UNREADABLE')
    expect(message).toBe(`${join(top, 'work/missing.cfg')} cannot be read: there is no such file`)
  })

  it('must be regular ones', () => {
    expect(failureOf(() => load({ files: [top] })).message).toContain('not a regular file')
  })

  it.skipIf(isWindows)('are not waited for when they are pipes nobody writes to', () => {
    const pipe = join(top, 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(failureOf(() => load({ files: [pipe] })).message).toContain('not a regular file')
  })

  it('are refused past 1 MiB', () => {
    const text = `[a]\nx = 1\n#${'x'.repeat(1_048_576)}`
    expect(loadText(text.slice(0, 1_048_576)).get('a', 'x')?.value).toBe('1')
    const { code, message } = failureOf(() => loadText(text.slice(0, 1_048_577)))
    expect([code, message]).toEqual([
      'CONFIG_UNREADABLE',
      expect.stringContaining('larger than 1048576 bytes'),
    ])
  })

  it('must be UTF-8, and the line that is not is named', () => {
    const file = write('latin1.cfg', Buffer.from('[a]\nx = 1\n# M\xfcller\ny = 2\n', 'latin1'))
    const { code, message } = failureOf(() => load({ files: [file] }))
    expect(code).toBe('CONFIG_INVALID')
    expect(message).toContain(`${file}:3: the file is not UTF-8`)
  })

  it.skipIf(isRoot)(
    'that are there but closed to this user are an error, not an absent configuration',
    () => {
      chmodSync(write('work/etc/cowrie.cfg', '[a]\n'), 0o200)
      expect(failureOf(() => load()).message).toContain('permission denied')
    },
  )

  it.skipIf(isRoot)('may be hidden behind a closed directory: the search says so', () => {
    write('one/etc/cowrie.cfg', '[a]\n')
    chmodSync(join(top, 'one'), 0o000)
    const { blockedPaths, files } = load()
    chmodSync(join(top, 'one'), 0o700)
    expect(files).toEqual([])
    expect(blockedPaths).toContain(join(top, 'one/etc/cowrie.cfg'))
  })
})

it('shows all faults of all files at once', () => {
  const first = write('first.cfg', '[a]\nx\n[a]\n')
  const second = write('second.cfg', 'x = 1\n')
  const { code, message, fields } = failureOf(() => load({ files: [first, second] }))
  expect(code).toBe('CONFIG_INVALID')
  expect(message.split('\n')).toHaveLength(4)
  expect(fields).toMatchObject({
    faults: [{ origin: `${first}:2` }, { origin: `${first}:3` }, { origin: `${second}:1` }],
  })
})

it('lists the first thirty faults and counts the others', () => {
  const { message } = failureOf(() => loadText(`[a]\n${'x\n'.repeat(100)}`))
  expect(message.split('\n')).toHaveLength(32)
  expect(message).toContain('and 70 more')
})

describe('the environment', () => {
  const TEXT =
    '[output_threatjammer]\nttl = 1\ntrack_login = true\ntags = ${ttl}\n[b]\nx = ${output_threatjammer:ttl}\n'

  it('wins over all files, also for numbers and booleans', () => {
    const config = loadText(TEXT, {
      COWRIE_OUTPUT_THREATJAMMER_TTL: '2',
      COWRIE_OUTPUT_THREATJAMMER_TRACK_LOGIN: 'off',
    })
    expect(config.getInteger('output_threatjammer', 'ttl')).toEqual({
      value: 2,
      origin: 'environment variable COWRIE_OUTPUT_THREATJAMMER_TTL',
    })
    expect(config.getBoolean('output_threatjammer', 'TRACK_LOGIN')?.value).toBe(false)
  })

  it('is taken as it stands: no interpolation, no trimming', () => {
    const config = loadText(TEXT, { COWRIE_OUTPUT_THREATJAMMER_BEARER_TOKEN: ' a$b${ttl}$$ ' })
    expect(config.get('output_threatjammer', 'bearer_token')?.value).toBe(' a$b${ttl}$$ ')
  })

  it('counts as set when it is empty', () => {
    const config = loadText(TEXT, { COWRIE_OUTPUT_THREATJAMMER_TTL: '' })
    expect(config.get('output_threatjammer', 'ttl')?.value).toBe('')
    expect(failureOf(() => config.getInteger('output_threatjammer', 'ttl')).message).toContain(
      'ttl in [output_threatjammer] is "", expected a whole number',
    )
  })

  it('is seen by references to another section, not by those within one', () => {
    const config = loadText(TEXT, { COWRIE_OUTPUT_THREATJAMMER_TTL: '2' })
    expect(config.get('b', 'x')?.value).toBe('2')
    expect(config.get('output_threatjammer', 'tags')?.value).toBe('1')
  })

  it('gives options to a section no file has, which DEFAULT does not', () => {
    const config = loadText('[DEFAULT]\nttl = 1\ncategory = X\n', { COWRIE_OUTPUT_THREATJAMMER_TTL: '2' })
    expect(config.get('output_threatjammer', 'ttl')?.value).toBe('2')
    expect(config.get('output_threatjammer', 'category')).toBeUndefined()
  })

  it('must be in capitals', () => {
    const config = loadText(TEXT, { cowrie_output_threatjammer_ttl: '2' })
    expect(config.get('output_threatjammer', 'ttl')?.value).toBe('1')
  })
})

describe('values', () => {
  it('of DEFAULT are those of every section in a file', () => {
    const config = loadText('[DEFAULT]\nx = 1\n[a]\ny = ${x}\n[b]\nx = 2\n')
    expect(
      [config.get('a', 'x'), config.get('a', 'y'), config.get('b', 'x')].map((found) => found?.value),
    ).toEqual(['1', '1', '2'])
    expect(config.get('c', 'x')).toBeUndefined()
  })

  it('are absent for another case of the section, there for any case of the option', () => {
    const config = loadText('[Output_threatjammer]\nttl = 1\n')
    expect(config.get('output_threatjammer', 'ttl')).toBeUndefined()
    expect(config.get('Output_threatjammer', 'TTL')?.value).toBe('1')
  })

  it('with a bare dollar fail when they are read, and only then', () => {
    const config = loadText('[a]\nx = tja_a$b\ny = 1\n')
    expect(config.get('a', 'y')?.value).toBe('1')
    const { code, message } = failureOf(() => config.get('a', 'x'))
    expect(code).toBe('CONFIG_INVALID')
    expect(message).toContain(`${join(top, 'cowrie.cfg')}:2: x in [a]: a "$" is followed by neither`)
  })

  it('that are no boolean or no number name the place', () => {
    const config = loadText('[a]\nx = enabled\n')
    expect(failureOf(() => config.getBoolean('a', 'x')).message).toContain(
      `${join(top, 'cowrie.cfg')}:2: x in [a] is "enabled", expected true or false`,
    )
    expect(config.getBoolean('a', 'missing')).toBeUndefined()
    expect(config.getInteger('missing', 'x')).toBeUndefined()
  })

  it('say whether Cowrie ships them, somebody wrote them, or the environment has them', () => {
    write('work/etc/cowrie.cfg.dist', '[a]\nx = 1\n')
    write('work/etc/cowrie.cfg', '[a]\ny = 1\n')
    const config = load({ environment: { COWRIE_A_Z: '1' } })
    expect(['x', 'y', 'z'].map((option) => config.inspect('a', option)?.source)).toEqual([
      'default',
      'file',
      'environment',
    ])
  })

  it('of a section can be listed with their places, without those of DEFAULT', () => {
    const config = loadText('[DEFAULT]\nd = 1\n[a]\nx = 1\ny = 1\n', {
      COWRIE_A_Y: '2',
      COWRIE_A_Z: '2',
      COWRIE_AB: '',
    })
    expect([...config.optionsOf('a')]).toEqual([
      ['x', `${join(top, 'cowrie.cfg')}:4`],
      ['y', 'environment variable COWRIE_A_Y'],
      ['z', 'environment variable COWRIE_A_Z'],
    ])
  })
})

function paths(config: CowrieConfig): string[] {
  return config.findLog().map(({ path }) => path)
}

describe('the log', () => {
  it('is cowrie.json in var/log/cowrie of Cowrie, if nothing else is said', () => {
    write('work/etc/cowrie.cfg', '[honeypot]\nhostname = x\n')
    expect(load().findLog()[0]).toEqual({
      path: join(top, 'work/var/log/cowrie/cowrie.json'),
      reason: "logfile in [output_jsonlog], Cowrie's default",
      state: 'absent',
    })
  })

  it('follows log_path and logfile, in files and in the environment', () => {
    write('work/etc/cowrie.cfg', '[honeypot]\nlog_path = logs\n')
    expect(paths(load())[0]).toBe(join(top, 'work/logs/cowrie.json'))
    expect(paths(load({ environment: { COWRIE_HONEYPOT_LOG_PATH: '/var/log/x' } }))[0]).toBe(
      '/var/log/x/cowrie.json',
    )
    const file = write('work/cowrie.cfg', '[output_jsonlog]\nlogfile = ${honeypot:log_path}/events.json\n')
    expect(load().findLog()[0]).toMatchObject({
      path: join(top, 'work/logs/events.json'),
      reason: `logfile in [output_jsonlog], ${file}:2`,
    })
  })

  it('is looked for in the usual places as well; what is there comes first', () => {
    const old = write('two/log/cowrie.json', '')
    const config = load()
    expect(config.findLog()[0]).toEqual({
      path: old,
      reason: "a usual place of Cowrie's log",
      state: 'present',
    })
    expect(paths(config)).toContain('/var/log/cowrie/cowrie.json')
    const configured = write('work/var/log/cowrie/cowrie.json', '')
    expect(paths(config).slice(0, 2)).toEqual([configured, old])
    expect(new Set(paths(config)).size).toBe(paths(config).length)
  })

  it('is not a directory of that name', () => {
    mkdirSync(join(top, 'work/var/log/cowrie/cowrie.json'), { recursive: true })
    expect(load().findLog()[0]?.state).toBe('absent')
  })

  it.skipIf(isRoot)('that this user may not read is told apart from one that is not there', () => {
    chmodSync(write('one/log/cowrie.json', ''), 0o200)
    expect(load().findLog()[0]).toMatchObject({ path: join(top, 'one/log/cowrie.json'), state: 'blocked' })
  })

  it.skipIf(isRoot)('that may be behind a closed directory is a guess, unless it is configured there', () => {
    mkdirSync(join(top, 'one/log'), { recursive: true, mode: 0o700 })
    chmodSync(join(top, 'one/log'), 0o000)
    const guessed = load().findLog()
    const configured = load({
      environment: { COWRIE_OUTPUT_JSONLOG_LOGFILE: join(top, 'one/log/cowrie.json') },
    }).findLog()
    chmodSync(join(top, 'one/log'), 0o700)
    expect(guessed[0]?.state).toBe('absent')
    expect(guessed.find(({ path }) => path === join(top, 'one/log/cowrie.json'))?.state).toBe('hidden')
    expect(configured[0]).toMatchObject({ path: join(top, 'one/log/cowrie.json'), state: 'blocked' })
  })
})

it('makes paths absolute as Cowrie sees them', () => {
  write('one/etc/cowrie.cfg', '')
  expect(load().resolvePath('var/x')).toBe(join(top, 'one/var/x'))
  expect(load().resolvePath('/x')).toBe('/x')
  rmSync(join(top, 'one/etc/cowrie.cfg'))
  expect(load().resolvePath('var/x')).toBe(join(top, 'work/var/x'))
})

const FRAGMENT = fc.constantFrom(
  '[a]',
  '[DEFAULT]',
  'x',
  'y',
  '=',
  ':',
  '${',
  '}',
  '$',
  'a:x',
  '\n',
  '\r',
  ' ',
  '#',
  ';',
  '\0',
  '😀',
)
test('whatever stands in a file, nothing but a HoneyjamError is thrown', () => {
  const file = join(top, 'random.cfg')
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.array(FRAGMENT, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
    fc
      .array(FRAGMENT, { maxLength: 60 })
      .map((parts) => Buffer.from(`[a]\nx = ${parts.join('').replaceAll(/[\r\n]/g, '')}\n`)),
  )
  fc.assert(
    fc.property(content, (bytes) => {
      writeFileSync(file, bytes)
      expect(() => readWholly(file)).not.toThrow()
    }),
    { numRuns: 300 },
  )
})

function readWholly(file: string): void {
  try {
    const config = load({ files: [file] })
    config.getInteger('a', 'x')
    config.getBoolean('DEFAULT', 'y')
    config.findLog()
  } catch (error) {
    if (!(error instanceof HoneyjamError)) throw error
  }
}
