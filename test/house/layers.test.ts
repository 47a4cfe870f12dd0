import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openThrowAwayProject, REPOSITORY, type ThrowAwayProject } from './throw-away-project.ts'

const CONFIG = join(REPOSITORY, '.dependency-cruiser.js')

/** Each file breaks one rule of the layout, and the tool has to name it. */
const BROKEN_RULES = [
  {
    rule: 'ip-knows-its-place',
    path: 'src/ip/types-are-arrows-too.ts',
    text: `import type { Clock } from '../runtime/index.ts'\nexport type Late = Clock`,
  },
  {
    rule: 'denylist-knows-its-place',
    path: 'src/denylist/knows-its-store.ts',
    text: `export { openSqliteStore } from '../store/sqlite/index.ts'`,
  },
  {
    rule: 'runtime-knows-its-place',
    path: 'src/runtime/late.ts',
    text: `export const late = () => import('../cowrie/index.ts')`,
  },
  {
    rule: 'door-only',
    path: 'src/agent/through-the-window.ts',
    text: `import type { CowrieEvent } from '../cowrie/event.ts'\nexport type Event = CowrieEvent`,
  },
  {
    rule: 'door-only-from-outside',
    path: 'test/integration/through-the-window.ts',
    text: `export { event } from '../../src/cowrie/event.ts'`,
  },
  {
    rule: 'api-parts-stay-apart',
    path: 'src/api/report/looks-across.ts',
    text: `export { user } from '../user/index.ts'`,
  },
  {
    rule: 'no-cycles',
    path: 'src/crowd/hen.ts',
    text: `import type { Egg } from './egg.ts'\nexport type Hen = Egg`,
  },
  {
    rule: 'no-cycles',
    path: 'src/crowd/egg.ts',
    text: `import type { Hen } from './hen.ts'\nexport type Egg = Hen`,
  },
  {
    rule: 'fastify-stays-wrapped',
    path: 'src/denylist/serves.ts',
    text: `export { default as fastify } from 'fastify'`,
  },
  {
    rule: 'rules-without-input-output',
    path: 'src/accounts/reads-a-file.ts',
    text: `export { readFile } from 'node:fs/promises'`,
  },
  {
    rule: 'no-undeclared-library',
    path: 'src/runtime/uses-a-tool.ts',
    text: `export { vi } from 'vitest'`,
  },
  {
    rule: 'no-test-code-in-the-product',
    path: 'src/cli/uses-a-fake.ts',
    text: `export { fake } from '../../test/support/fake.ts'`,
  },
  {
    rule: 'no-unresolvable',
    path: 'src/cli/to-nowhere.ts',
    text: `export { nothing } from '../nowhere/index.ts'`,
  },
] as const

const SOUND_FILES = {
  'src/runtime/index.ts': 'export interface Clock { nowMs(): number }',
  'src/cowrie/event.ts': 'export interface CowrieEvent { eventid: string }\nexport const event = 1',
  'src/cowrie/event.test.ts': `import { event } from './event.ts'\nimport { fake } from '../../test/support/fake.ts'\nexport { event, fake }`,
  'src/cowrie/index.ts': `export { type CowrieEvent, event } from './event.ts'`,
  'src/store/sqlite/index.ts': `export { openSqliteStore } from './open.ts'`,
  'src/store/sqlite/open.ts': `import type { Clock } from '../../runtime/index.ts'\nimport Database from 'better-sqlite3'\nexport const openSqliteStore = (clock: Clock) => [clock, Database]`,
  'src/api/user/index.ts': 'export const user = 1',
  'src/cli/joins.ts': `export { openSqliteStore } from '../store/sqlite/index.ts'\nexport { event } from '../cowrie/index.ts'`,
  'test/support/fake.ts': 'export const fake = 1',
}

interface Violation {
  readonly from: string
  readonly rule: { readonly name: string }
  /** The way round, where the rule is about cycles. */
  readonly cycle?: readonly { readonly name: string }[]
}

describe('the rules of the layout', () => {
  let project: ThrowAwayProject
  let violations: readonly Violation[] = []

  beforeAll(async () => {
    const broken = Object.fromEntries(BROKEN_RULES.map(({ path, text }) => [path, text]))
    project = await openThrowAwayProject({ ...SOUND_FILES, ...broken })
    const { output } = await project.run('depcruise', '--config', CONFIG, '-T', 'json', 'src', 'test')
    const report = JSON.parse(output) as { summary: { violations: readonly Violation[] } }
    violations = report.summary.violations
  })
  afterAll(() => project.close())

  it('fail the check', async () => {
    // with its JSON report the tool passes whatever it found
    const { passed } = await project.run('depcruise', '--config', CONFIG, 'src', 'test')
    expect(passed).toBe(false)
  })

  it.each(BROKEN_RULES)('find what breaks $rule in $path', ({ rule, path }) => {
    expect(rulesBrokenBy(path)).toContain(rule)
  })

  it.each(Object.keys(SOUND_FILES))('let %s pass', (path) => {
    expect(rulesBrokenBy(path)).toEqual([])
  })

  it('know every folder of src/', async () => {
    const { default: config } = (await import(CONFIG)) as { default: { forbidden: { name: string }[] } }
    const known = config.forbidden.map(({ name }) => name)
    const rooms = readdirSync(join(REPOSITORY, 'src')).filter((name) => name !== 'cli')
    expect(known).toEqual(expect.arrayContaining(rooms.map((room) => `${room}-knows-its-place`)))
  })

  function rulesBrokenBy(path: string): string[] {
    return violations
      .filter(({ from, cycle }) => from === path || cycle?.some(({ name }) => name === path))
      .map(({ rule }) => rule.name)
  }
})
