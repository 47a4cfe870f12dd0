import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { type Environment, loadCowrieConfig } from '../config/index.ts'
import { parseRange } from '../ip/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import {
  AGENT_OPTIONS,
  type AgentConfig,
  type AgentOverrides,
  DEFAULT_API_URL,
  parseAgentConfig,
  startLine,
} from './config.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

interface Given {
  /** Lines of the section, from line 2 of the file on. */
  readonly section?: string
  readonly environment?: Environment
  readonly overrides?: AgentOverrides
  readonly fileName?: string
}

function parse({
  section = '',
  environment = {},
  overrides = {},
  fileName = 'cowrie.cfg',
}: Given): AgentConfig {
  const file = join(directory, fileName)
  writeFileSync(file, `[output_threatjammer]\n${section}\n`)
  const config = loadCowrieConfig({ files: [file], workingDirectory: directory, environment })
  return parseAgentConfig(config, environment, overrides)
}

function failureOf(given: Given): HoneyjamError {
  try {
    parse(given)
  } catch (error) {
    if (error instanceof HoneyjamError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The messages, without the directory of the test. */
function faultsOf(given: Given): string[] {
  const { code, message } = failureOf(given)
  expect(code).toBe('CONFIG_INVALID')
  return message.replaceAll(`${directory}/`, '').split('\n  ').slice(1)
}

function warningsOf(given: Given): string[] {
  return parse(given).warnings.map((warning) => warning.replaceAll(`${directory}/`, ''))
}

/** Option and default of every row of the tables. */
function documentedOptions(): [string, string][] {
  const page = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8')
  return [...page.matchAll(/^\| `(\w+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, option = '', value = '']) => [
    option,
    value,
  ])
}

describe('the reference page', () => {
  it('has every option, and no other', () => {
    expect(documentedOptions().map(([option]) => option)).toEqual(Object.keys(AGENT_OPTIONS))
  })

  it('has the defaults', () => {
    const lines = documentedOptions().flatMap(([option, value]) =>
      value === '' ? [] : [`${option} = ${value}`],
    )
    expect(lines).toHaveLength(13)
    expect(parse({ section: lines.join('\n') })).toEqual(parse({}))
  })
})

describe('the section', () => {
  it('may be empty: every option has a default, tags too', () => {
    expect(parse({})).toEqual({
      enabled: undefined,
      targets: [{ apiUrl: 'http://127.0.0.1:8088/v1/ip', bearerToken: undefined }],
      apiUrlRetired: false,
      trackLogin: true,
      trackSession: false,
      ttlSeconds: 86_400,
      category: 'ABUSE',
      tags: ['COWRIE', 'LOGIN', 'SESSION'],
      flushSeconds: 60,
      flushAddresses: 1000,
      requestsPerMinute: 6,
      spool: { maxAddresses: 2_000_000, whenFull: 'wait' },
      caFile: undefined,
      logPaths: [],
      statePath: undefined,
      exclude: [],
      privateAddresses: 'skip',
      metricsListen: undefined,
      heartbeat: 'auto',
      warnings: [],
    } satisfies AgentConfig)
  })

  it('may be missing', () => {
    const config = loadCowrieConfig({
      files: [],
      workingDirectory: directory,
      environment: {},
      usualRoots: [],
    })
    expect(parseAgentConfig(config, {})).toMatchObject({ enabled: undefined, ttlSeconds: 86_400 })
  })

  it('sets everything', () => {
    const section = `enabled = true
      bearer_token = tja_1
      api_url = https://list.example.org/v1/ip
      track_login = no
      track_session = On
      ttl = 3_600
      category = TOR
      tags = A,B-1
      flush_seconds = 5
      flush_addresses = 10
      requests_per_minute = 60
      log_path = var/log/a.json, /b/*.json
      state_path = state
      exclude = 192.0.2.0/24
      private_addresses = accept`
    expect(parse({ section: section.replaceAll(/^ +/gm, '') })).toEqual({
      enabled: true,
      targets: [{ apiUrl: 'https://list.example.org/v1/ip', bearerToken: 'tja_1' }],
      apiUrlRetired: false,
      trackLogin: false,
      trackSession: true,
      ttlSeconds: 3600,
      category: 'TOR',
      tags: ['A', 'B-1'],
      flushSeconds: 5,
      flushAddresses: 10,
      requestsPerMinute: 60,
      spool: { maxAddresses: 2_000_000, whenFull: 'wait' },
      caFile: undefined,
      logPaths: [join(directory, 'var/log/a.json'), '/b/*.json'],
      statePath: join(directory, 'state'),
      exclude: [parseRange('192.0.2.0/24')!],
      privateAddresses: 'accept',
      metricsListen: undefined,
      heartbeat: 'auto',
      warnings: [],
    } satisfies AgentConfig)
  })

  it('is overridden by the environment, and both by the command line', () => {
    const given = { section: 'ttl = 1', environment: { COWRIE_OUTPUT_THREATJAMMER_TTL: '2' } }
    expect(parse(given).ttlSeconds).toBe(2)
    expect(parse({ ...given, overrides: { ttl: { value: '3', origin: '--ttl' } } }).ttlSeconds).toBe(3)
  })

  it('may refer to other sections', () => {
    expect(parse({ section: 'log_path = ${honeypot:log_path}/x.json' }).logPaths).toEqual([
      join(directory, 'var/log/cowrie/x.json'),
    ])
  })
})

describe('enabled', () => {
  it.each([
    ['true', true],
    ['false', false],
  ])('is what somebody wrote: %s', (text, enabled) => {
    expect(parse({ section: `enabled = ${text}` }).enabled).toBe(enabled)
  })

  it('is undefined when only the defaults of Cowrie switch it off', () => {
    expect(parse({ section: 'enabled = false', fileName: 'cowrie.cfg.dist' }).enabled).toBeUndefined()
    expect(parse({ section: 'enabled = true', fileName: 'cowrie.cfg.dist' }).enabled).toBe(true)
  })
})

describe('tags', () => {
  it.each([
    ['COWRIE,LOGIN,SESSION', ['COWRIE', 'LOGIN', 'SESSION']],
    ['COWRIE, LOGIN ,', ['COWRIE', 'LOGIN']],
    ['', []],
    [',,', []],
    ['A,B,A', ['A', 'B']],
    ['A,\n  B', ['A', 'B']],
  ])('are split at commas, trimmed, and empty ones dropped: %j', (text, tags) => {
    expect(parse({ section: `tags = ${text}` }).tags).toEqual(tags)
  })

  it('are checked one by one', () => {
    expect(faultsOf({ section: 'tags = OK,cowrie,A_B' })).toEqual([
      'cowrie.cfg:2: tags is "OK,cowrie,A_B", expected tags of capital letters, digits and single hyphens, but found "cowrie"',
      'cowrie.cfg:2: tags is "OK,cowrie,A_B", expected tags of capital letters, digits and single hyphens, but found "A_B"',
    ])
  })

  it('are at most 32', () => {
    const tags = Array.from({ length: 33 }, (_, index) => `T${index}`)
    expect(parse({ section: `tags = ${tags.slice(1).join()}` }).tags).toHaveLength(32)
    expect(faultsOf({ section: `tags = ${tags.join()}` })[0]).toContain('expected at most 32 tags')
  })
})

describe('the token', () => {
  const TOKEN_FILE = 'bearer_token_file = token'
  const OWN = { HONEYJAM_BEARER_TOKEN: 'own' }
  const COWRIES = { COWRIE_OUTPUT_THREATJAMMER_BEARER_TOKEN: 'cowries' }
  const SECTION = `bearer_token = plain\n${TOKEN_FILE}`

  beforeEach(() => writeFileSync(join(directory, 'token'), 'from-file\n', { mode: 0o600 }))

  it.each<[string, Given]>([
    ['plain', { section: 'bearer_token = plain' }],
    ['from-file', { section: SECTION }],
    ['from-file', { section: TOKEN_FILE, environment: { HONEYJAM_BEARER_TOKEN: '' } }],
    ['cowries', { section: SECTION, environment: COWRIES }],
    ['own', { section: SECTION, environment: { ...COWRIES, ...OWN } }],
    [
      'line',
      { section: SECTION, environment: OWN, overrides: { bearer_token: { value: 'line', origin: 'x' } } },
    ],
    [
      'from-file',
      { environment: OWN, overrides: { bearer_token_file: { value: 'token', origin: '--key-file' } } },
    ],
    // what nobody asks for does no harm
    ['own', { section: 'bearer_token = a$b\nbearer_token_file = missing', environment: OWN }],
  ])('is the first that is set: %s', (token, given) => {
    expect(parse(given).targets[0].bearerToken).toBe(token)
  })

  it('is not the placeholder of old Cowries, which is pointed out once the section is switched on', () => {
    const section = 'bearer_token = THREATJAMMER_API_TOKEN'
    expect(parse({ section })).toMatchObject({ targets: [{ bearerToken: undefined }], warnings: [] })
    expect(warningsOf({ section: `${section}\nenabled = true` })).toEqual([
      'cowrie.cfg:2: bearer_token still is the placeholder THREATJAMMER_API_TOKEN, taken as not set',
    ])
    expect(parse({ section: `${section}\n${TOKEN_FILE}` }).targets[0].bearerToken).toBe('from-file')
  })

  it('in a file that others may read brings a warning', () => {
    expect(warningsOf({ section: TOKEN_FILE })).toEqual([])
    chmodSync(join(directory, 'token'), 0o644)
    expect(warningsOf({ section: TOKEN_FILE })).toEqual([
      'token: others than its owner may read this token: chmod 600 helps',
    ])
  })

  it.each<[string, Given]>([
    ['cowrie.cfg:2: bearer_token: expected', { section: 'bearer_token =' }],
    ['cowrie.cfg:2: bearer_token: expected', { section: 'bearer_token = hunter2 x' }],
    ['cowrie.cfg:2: bearer_token: expected', { section: `bearer_token = hunter2${'x'.repeat(4096)}` }],
    ['cowrie.cfg:2: bearer_token: expected', { section: 'bearer_token = hunter2\n  Cookie: x' }],
    ['cowrie.cfg:2: bearer_token: a "$" is followed by', { section: 'bearer_token = hunter2$b' }],
    ['cowrie.cfg:2: bearer_token: a reference leads', { section: 'bearer_token = ${hunter2}' }],
    ['environment variable HONEYJAM_BEARER_TOKEN: ', { environment: { HONEYJAM_BEARER_TOKEN: 'hunter2 ' } }],
    [
      'environment variable COWRIE_OUTPUT_THREATJAMMER_BEARER_TOKEN: ',
      { environment: { COWRIE_OUTPUT_THREATJAMMER_BEARER_TOKEN: '' } },
    ],
    [
      'cowrie.cfg:2: bearer_token_file: missing cannot be read: there is no',
      { section: 'bearer_token_file = missing' },
    ],
    ['token: bearer_token: expected', { section: 'bearer_token_file = bad-token' }],
  ])('that cannot be one is refused and never shown: %s', (beginning, given) => {
    writeFileSync(join(directory, 'bad-token'), 'hunter2 hunter2\n')
    const faults = faultsOf(given)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(beginning)
    expect(JSON.stringify([faults, failureOf(given).fields])).not.toContain('hunter2')
  })
})

describe('the URL', () => {
  it.each([
    ['http://192.0.2.1:8088/v1/ip', 'http://192.0.2.1:8088/v1/ip'],
    ['https://list.example.org', 'https://list.example.org/v1/ip'],
    ['https://list.example.org/', 'https://list.example.org/v1/ip'],
    ['https://example.org/proxy/v1/ip?x=1#y', 'https://example.org/proxy/v1/ip?x=1'],
    ['HTTP://[2001:db8::1]:80/v1/ip', 'http://[2001:db8::1]/v1/ip'],
  ])('is that of the report operation: %s', (text, url) => {
    expect(parse({ section: `api_url = ${text}` }).targets[0].apiUrl).toBe(url)
  })

  it.each([
    'https://dublin.report.threatjammer.com/v1/ip',
    'http://THREATJAMMER.com',
    'https://x.y.threatjammer.com.:444/z',
  ])('of the retired service is never used: %s', (url) => {
    const config = parse({ section: `api_url = ${url}` })
    expect(config).toMatchObject({ targets: [{ apiUrl: DEFAULT_API_URL }], apiUrlRetired: true })
    expect(JSON.stringify(config).toLowerCase()).not.toContain('threatjammer.com')
    expect(config.warnings[0]).toContain('cowrie.cfg:2: api_url names the retired service')
  })

  it.each(['https://notthreatjammer.com/v1/ip', 'https://threatjammer.com.example.org/v1/ip'])(
    'of another service is used: %s',
    (url) => {
      expect(parse({ section: `api_url = ${url}` })).toMatchObject({
        targets: [{ apiUrl: url }],
        apiUrlRetired: false,
      })
    },
  )

  it.each([
    '',
    'list.example.org',
    'ftp://example.org',
    'file:///etc/passwd',
    'javascript:1',
    'http://',
    '"http://x"',
  ])('must be http or https: %j', (url) => {
    expect(faultsOf({ section: `api_url = ${url}` })).toEqual([
      `cowrie.cfg:2: api_url is ${JSON.stringify(url)}, expected a URL such as ${DEFAULT_API_URL}, without user name, or up to 8 of them, each once`,
    ])
  })

  it('may be a list, each with a key of its own or all with one', () => {
    const urls = 'api_url = http://a.example, http://b.example/v1/ip'
    expect(parse({ section: `${urls}\nbearer_token = one, two` }).targets).toEqual([
      { apiUrl: 'http://a.example/v1/ip', bearerToken: 'one' },
      { apiUrl: 'http://b.example/v1/ip', bearerToken: 'two' },
    ])
    expect(parse({ section: `${urls}\nbearer_token = one` }).targets).toMatchObject([
      { bearerToken: 'one' },
      { bearerToken: 'one' },
    ])
    for (const name of ['x', 'y']) writeFileSync(join(directory, name), `of-${name}\n`, { mode: 0o600 })
    expect(parse({ section: `${urls}\nbearer_token_file = x, y` }).targets).toMatchObject([
      { bearerToken: 'of-x' },
      { bearerToken: 'of-y' },
    ])
  })

  it('as a list needs as many keys, and names none twice', () => {
    const urls = 'api_url = http://a.example, http://b.example/v1/ip'
    expect(faultsOf({ section: `${urls}\nbearer_token = one, two, three` })).toEqual([
      'cowrie.cfg:3: bearer_token: expected one for all or one for each of the 2 URLs of api_url, found 3',
    ])
    expect(faultsOf({ section: 'api_url = http://a.example, http://a.example/v1/ip' })).toHaveLength(1)
    expect(faultsOf({ section: 'api_url = http://a.example,' })).toHaveLength(1)
  })

  it('of the retired service is left out of a list, with its key', () => {
    const config = parse({
      section: 'api_url = https://x.threatjammer.com, http://b.example\nbearer_token = old, new',
    })
    expect(config).toMatchObject({
      targets: [{ apiUrl: 'http://b.example/v1/ip', bearerToken: 'new' }],
      apiUrlRetired: false,
    })
    expect(config.warnings).toHaveLength(1)
    expect(config.warnings[0]).toContain(
      'cowrie.cfg:2: api_url names the retired service, nothing is sent there',
    )
  })

  it('must hold no password, which is not shown', () => {
    expect(faultsOf({ section: 'api_url = https://me:hunter2@example.org/v1/ip' })[0]).not.toContain(
      'hunter2',
    )
  })
})

describe('faults', () => {
  it.each([
    ['enabled =', 'enabled is "", expected true or false'],
    ['track_login = "true"', 'track_login is "\\"true\\"", expected true or false'],
    ['ttl = 0', 'ttl is "0", expected a whole number from 1 to 315360000'],
    ['ttl = -5', 'ttl is "-5"'],
    ['ttl = 315360001', 'ttl is "315360001"'],
    ['ttl = 1 ; a day', 'ttl is "1 ; a day"'],
    ['category = abuse', 'category is "abuse", expected capital letters'],
    ['category =', 'category is ""'],
    ['flush_seconds = 0', 'flush_seconds is "0", expected a whole number from 1 to 86400'],
    ['flush_addresses = 1001', 'flush_addresses is "1001", expected a whole number from 1 to 1000'],
    ['requests_per_minute = 0', 'requests_per_minute is "0", expected a whole number from 1'],
    ['exclude = 192.0.2.1, nobody', 'exclude is "192.0.2.1, nobody", expected addresses and ranges'],
    ['private_addresses = yes', 'private_addresses is "yes", expected skip or accept'],
    ['state_path =', 'state_path is "", expected a path'],
    ['log_path = ${x:y}', 'log_path: a reference leads to no option: "x:y"'],
  ])('name option, place, value and what is expected: %s', (section, message) => {
    const faults = faultsOf({ section })
    expect(faults).toHaveLength(1)
    expect(faults[0]?.slice(0, `cowrie.cfg:2: ${message}`.length)).toBe(`cowrie.cfg:2: ${message}`)
  })

  it('are shown all at once, from every place', () => {
    const faults = faultsOf({
      section: 'ttl = x\ncategory = y\nbearer_token = a b\nstate_path = $',
      environment: { COWRIE_OUTPUT_THREATJAMMER_FLUSH_SECONDS: '0' },
      overrides: { requests_per_minute: { value: '-1', origin: '--requests-per-minute' } },
    })
    expect(new Set(faults.map((fault) => fault.split(': ')[0]))).toEqual(
      new Set([
        '--requests-per-minute',
        'cowrie.cfg:2',
        'cowrie.cfg:3',
        'cowrie.cfg:4',
        'cowrie.cfg:5',
        'environment variable COWRIE_OUTPUT_THREATJAMMER_FLUSH_SECONDS',
      ]),
    )
  })

  it('show the beginning of a long value, on one line', () => {
    const [fault] = faultsOf({ section: `category = ${'x'.repeat(10_000)}` })
    expect(fault?.length).toBeLessThan(400)
    expect(faultsOf({ section: 'category = x\n  y' })[0]).toContain('"x\\ny"')
  })
})

describe('unknown options', () => {
  it('bring a warning with their place, and stop nothing', () => {
    const environment = { COWRIE_OUTPUT_THREATJAMMER_TLL: '1', COWRIE_OUTPUT_OTHER_X: '1' }
    expect(warningsOf({ section: 'flush_second = 5\nConstructor = 1', environment })).toEqual([
      'cowrie.cfg:2: "flush_second" is no option of [output_threatjammer], it is not used',
      'cowrie.cfg:3: "constructor" is no option of [output_threatjammer], it is not used',
      'environment variable COWRIE_OUTPUT_THREATJAMMER_TLL: "tll" is no option of [output_threatjammer], it is not used',
    ])
  })

  it('are not those of DEFAULT', () => {
    expect(warningsOf({ section: '[DEFAULT]\nx = 1' })).toEqual([])
  })
})

it('excludes addresses and ranges, in canonical form', () => {
  expect(
    parse({ section: 'exclude = 192.0.2.7,198.51.100.9/24\n 2001:DB8::/32 , 192.0.2.7/32' }).exclude,
  ).toEqual(['192.0.2.7/32', '198.51.100.0/24', '2001:db8::/32'])
})

it('takes several logs, relative ones from the directory of Cowrie', () => {
  expect(parse({ section: 'log_path = a.json, /b/c d.json\n  e/*.json,' }).logPaths).toEqual([
    join(directory, 'a.json'),
    '/b/c d.json',
    join(directory, 'e/*.json'),
  ])
})

describe('the start line', () => {
  it('is the one the documentation of the module promises', () => {
    expect(startLine(parse({}))).toBe(
      'ThreatJammer.com output plugin successfully initialized. Category=ABUSE. TTL=86400. Session Tracking=False. Login Tracking=True',
    )
  })

  it('has the values', () => {
    const section = 'category = TOR\nttl = 60\ntrack_session = yes\ntrack_login = 0'
    expect(startLine(parse({ section }))).toBe(
      'ThreatJammer.com output plugin successfully initialized. Category=TOR. TTL=60. Session Tracking=True. Login Tracking=False',
    )
  })
})

test('whatever the environment holds, it is taken or refused with CONFIG_INVALID', () => {
  const names = ['ENABLED', 'API_URL', 'TTL', 'TAGS', 'EXCLUDE', 'LOG_PATH', 'CATEGORY', 'BEARER_TOKEN', '']
  const environments = fc.dictionary(
    fc.constantFrom(...names).map((name) => `COWRIE_OUTPUT_THREATJAMMER_${name}`),
    fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.ipV6(), fc.integer().map(String)),
  )
  fc.assert(
    fc.property(environments, (environment) => {
      expect(['taken', 'CONFIG_INVALID']).toContain(resultOf(environment))
    }),
  )
})

function resultOf(environment: Environment): string {
  try {
    parse({ environment })
    return 'taken'
  } catch (error) {
    return error instanceof HoneyjamError ? error.code : String(error)
  }
}
