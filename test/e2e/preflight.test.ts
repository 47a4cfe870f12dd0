import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { buildProgram } from './support/program.ts'
import { startService } from './support/service.ts'

beforeAll(buildProgram)

it('honeyjam enforce preflight says who is wanted and would be blocked, and with which words nobody is', async () => {
  const service = await startService()
  await service.json('ban', '9.0.0.7', '2a00:1:2:3::4')
  const log = join(service.data, 'auth.log')
  writeFileSync(
    log,
    ['9.0.0.7', '2a00:1:2:3::9', '9.0.0.8']
      .map(
        (from) =>
          `Nov 24 12:00:01 host sshd[812]: Accepted publickey for root from ${from} port 50022 ssh2\n`,
      )
      .join(''),
  )
  const preflight = (...words: string[]) =>
    service.honeyjam('enforce', 'preflight', '--auth-log', log, '--access-log', '/dev/null', ...words)

  const first = await preflight()
  expect(first.stderr).toContain('2 addresses would be blocked here.')
  expect(first.stderr).toContain(' enforce nftables --protect 9.0.0.7 --protect 2a00:1:2:3::9\n')
  expect(first.stderr).toContain(' protect add 9.0.0.7 2a00:1:2:3::9\n')

  const second = await preflight('--protect', '9.0.0.0/24', '--json')
  expect(JSON.parse(second.stdout)).toMatchObject({
    remaining: ['2a00:1:2:3::9'],
    would_block: [{ address: '9.0.0.7', protected: ['fixed'] }, { protected: [] }],
  })
  const third = await preflight('--protect', '9.0.0.0/24', '--protect', '2a00:1:2:3::9')
  expect(third.stderr).toContain('nobody who is wanted here is blocked')
  expect((await preflight('--protect', 'the office')).code).toBe(2)
})
