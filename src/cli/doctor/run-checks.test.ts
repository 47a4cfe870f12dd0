import { expect, it } from 'vitest'
import { HoneyjamError } from '../../runtime/index.ts'
import { type Check, ok } from './finding.ts'
import { renderFinding, renderVerdict } from './render-finding.ts'
import { runChecks } from './run-checks.ts'

const plain = (_look: string, text: string) => text
const hangs: Check = { name: 'hangs', run: () => Promise.withResolvers<never>().promise }

it('runs on behind a check that breaks, and says what helps', async () => {
  const broken: Check = {
    name: 'broken',
    run: () => {
      throw new HoneyjamError('CONFIG_INVALID', 'first\nsecond')
    },
  }
  const findings = await runChecks([broken, { name: 'next', run: () => ok('well') }], {
    signal: new AbortController().signal,
    limitMs: 60_000,
    onFinding: () => undefined,
  })
  expect(findings).toMatchObject([
    { check: 'broken', status: 'failed', found: 'first', details: ['second'] },
    { check: 'next', status: 'ok' },
  ])
  expect(findings[0]?.help).toContain('[CONFIG_INVALID]')
})

it('gives a check up after its time', async () => {
  const options = { signal: new AbortController().signal, limitMs: 1, onFinding: () => undefined }
  expect(await runChecks([hangs], options)).toMatchObject([
    { status: 'failed', found: 'no result within 0.001 s' },
  ])
})

it('ends at once when it is asked to', async () => {
  const stop = new AbortController()
  const run = runChecks([hangs, hangs], { signal: stop.signal, limitMs: 60_000, onFinding: () => undefined })
  stop.abort()
  expect(await run).toEqual([])
})

it('prints nothing that moves a cursor', () => {
  const text = renderFinding(
    { check: 'key', status: 'failed', found: 'a\u001b[2Jb', details: ['c\u202ed'], help: 'e\nf' },
    plain,
  )
  expect(text.split('\n')).toEqual([
    'failed   key            a\\x1b[2Jb',
    '                        c\\u{202e}d',
    '                        → e\\x0af',
  ])
})

it('sums up', () => {
  const finding = (status: 'ok' | 'warning' | 'failed') => ({ check: 'c', status, found: '' })
  expect(renderVerdict([finding('ok')], plain)).toBe('It works. (1 ok)')
  expect(renderVerdict([finding('ok'), finding('warning')], plain)).toContain('1 ok, 1 warning')
  expect(renderVerdict([finding('failed'), finding('warning')], plain)).toContain('will not work')
})
