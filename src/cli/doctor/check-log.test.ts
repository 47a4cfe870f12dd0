import { appendFileSync, chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loginLine } from '../../../test/support/agent-options.ts'
import { checkLog } from './check-log.ts'

const signal = new AbortController().signal
let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-doctor-'))
  path = join(directory, 'cowrie.json')
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const check = (watchMs = 0) => checkLog({ path, reason: '--log', watchMs, signal })

describe('the check of the log', () => {
  it('finds one that grows, the age of its last event and its rotated files', async () => {
    writeFileSync(path, loginLine('45.0.0.1', Date.now() - 7_200_000))
    writeFileSync(`${path}.2026-11-23`, '')
    writeFileSync(`${path}.bak`, '')
    const writer = setInterval(() => appendFileSync(path, loginLine('45.0.0.2')), 20)
    const finding = await check(20_000).finally(() => clearInterval(writer))
    expect(finding).toMatchObject({
      status: 'ok',
      found: expect.stringContaining(`${path} grows`) as unknown,
    })
    expect(finding.details).toContain('1 rotated files beside it, such as cowrie.json.2026-11-23')
  })

  it('warns of one that does not grow, with the age of its last event', async () => {
    writeFileSync(path, loginLine('45.0.0.1', Date.now() - 7_200_000))
    expect(await check(1)).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/did not grow within 0.001 s, last event 2h ago/) as unknown,
    })
  })

  it('looks at whole lines only', async () => {
    writeFileSync(path, `${loginLine('45.0.0.1').repeat(1000)}{"eventid":"cow`)
    const finding = await check()
    expect(finding.status).toBe('ok')
    expect(finding.details?.join()).toContain("20 of the last 20 lines are Cowrie's events")
  })

  it('fails for what Cowrie did not write, and warns of some lines', async () => {
    writeFileSync(path, 'Nov 24 sshd[1]: hello\n')
    expect(await check()).toMatchObject({
      status: 'failed',
      found: expect.stringContaining('not look like') as unknown,
    })
    appendFileSync(path, loginLine('45.0.0.1'))
    expect(await check()).toMatchObject({ status: 'warning' })
  })

  it('fails for one that is not there, and for a directory', async () => {
    expect(await check()).toMatchObject({ status: 'failed', found: `${path} is not there` })
    path = directory
    expect(await check()).toMatchObject({ status: 'failed', found: `${path} is no file` })
  })

  it.skipIf(process.getuid?.() === 0)('fails for one that this user may not read', async () => {
    writeFileSync(path, loginLine('45.0.0.1'))
    chmodSync(path, 0)
    expect(await check()).toMatchObject({ status: 'failed', found: `this user may not read ${path}` })
  })
})
