import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openThrowAwayProject, REPOSITORY, type ThrowAwayProject } from './throw-away-project.ts'

/** Each file holds one fault that types or a glance would let through. */
const FAULTS = [
  {
    rule: 'typescript(no-floating-promises)',
    path: 'src/agent/forgets.ts',
    text: `import { send } from './send.ts'\nexport function report() {\n  send()\n}`,
  },
  {
    rule: 'typescript(no-misused-promises)',
    path: 'src/agent/answers-late.ts',
    text: `import { send } from './send.ts'\nexport const sent = send() ? 1 : 2`,
  },
  {
    rule: 'typescript(no-explicit-any)',
    path: 'src/agent/gives-up.ts',
    text: `export const anything: any = 1`,
  },
  {
    rule: 'typescript(no-unsafe-assignment)',
    path: 'src/agent/trusts-json.ts',
    text: `export const trusted: string = JSON.parse('1')`,
  },
  {
    rule: 'typescript(switch-exhaustiveness-check)',
    path: 'src/agent/forgets-a-case.ts',
    text: `export function f(kind: 'a' | 'b') {\n  switch (kind) {\n    case 'a':\n      return 1\n  }\n  return 2\n}`,
  },
  {
    rule: 'typescript(ban-ts-comment)',
    path: 'src/agent/looks-away.ts',
    text: `// @ts-expect-error\nexport const count: number = 'one'`,
  },
  {
    rule: 'node(no-process-env)',
    path: 'src/agent/reads-the-environment.ts',
    text: `export const home = process.env['HOME']`,
  },
  {
    rule: 'eslint(no-restricted-imports)',
    path: 'src/agent/opens-a-shell.ts',
    text: `export { exec } from 'node:child_process'`,
  },
  {
    rule: 'eslint(no-empty)',
    path: 'src/agent/swallows.ts',
    text: `export function f() {\n  try {\n    JSON.parse('')\n  } catch {}\n}`,
  },
] as const

const SOUND_FILES = {
  // the paths in its overrides count from where it stands
  '.oxlintrc.json': readFileSync(join(REPOSITORY, '.oxlintrc.json'), 'utf8'),
  'tsconfig.json': JSON.stringify({ extends: join(REPOSITORY, 'tsconfig.json'), include: ['src'] }),
  'src/agent/send.ts': 'export function send(): Promise<number> {\n  return Promise.resolve(1)\n}',
  'src/config/environment.ts': `export const home = process.env['HOME']`,
}

interface Diagnostic {
  readonly code: string
  readonly filename: string
}

describe('the lint rules', () => {
  let project: ThrowAwayProject
  let diagnostics: readonly Diagnostic[] = []
  let hasPassed = true

  beforeAll(async () => {
    const broken = Object.fromEntries(FAULTS.map(({ path, text }) => [path, text]))
    project = await openThrowAwayProject({ ...SOUND_FILES, ...broken })
    const { passed, output } = await project.run('oxlint', '--type-aware', '-f', 'json', 'src')
    hasPassed = passed
    diagnostics = (JSON.parse(output) as { diagnostics: readonly Diagnostic[] }).diagnostics
  })
  afterAll(() => project.close())

  it('fail the check', () => {
    expect(hasPassed).toBe(false)
  })

  it.each(FAULTS)('find $rule in $path', ({ rule, path }) => {
    expect(diagnostics.filter(({ filename }) => filename === path).map(({ code }) => code)).toContain(rule)
  })

  it.each(['src/agent/send.ts', 'src/config/environment.ts'])('let %s pass', (path) => {
    expect(diagnostics.filter(({ filename }) => filename === path)).toEqual([])
  })
})
