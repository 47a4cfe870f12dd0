import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../deploy/systemd')

/** What `systemd-analyze security` may say at most, 0 (closed) to 10 (open); its scale changes a little by version. */
const MOST_EXPOSURE = 1.6

const UNITS = [
  'honeyjam-agent.service',
  'honeyjam-enforce.service',
  'honeyjam-serve.service',
  'honeyjam.service',
]

/** What a unit may do of what only root may; the others may nothing. */
const CAPABILITIES: Readonly<Record<string, string>> = { 'honeyjam-enforce.service': 'CAP_NET_ADMIN' }

const version = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
const isThere = version.status === 0
if (!isThere) process.stderr.write('systemd-analyze is not installed: the units are not checked with it\n')

function analyze(...options: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['--no-pager', ...options], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_COLORS: '0', LC_ALL: 'C.UTF-8' },
  })
  expect(status, `systemd-analyze ${options.join(' ')}: ${stdout.slice(-500)}${stderr}`).toBe(0)
  return `${stdout}${stderr}`
}

describe.skipIf(!isThere).each(UNITS)('the systemd unit %s', (unit) => {
  const path = join(FOLDER, unit)

  it('holds no option that systemd does not know', () => {
    expect(analyze('verify', path)).not.toContain(unit)
  })

  it(`is exposed by ${MOST_EXPOSURE} at most`, () => {
    const report = analyze('security', '--offline=true', path)
    const score = /Overall exposure level for \S+: ([\d.]+)/.exec(report)?.[1]
    process.stdout.write(`${unit}: exposure ${score}\n`)
    expect(score).toBeDefined()
    expect(Number(score)).toBeLessThanOrEqual(MOST_EXPOSURE)
  })
})

it.each(UNITS)('%s writes to its state directory alone, and keeps no secret in itself', (unit) => {
  const text = readFileSync(join(FOLDER, unit), 'utf8')
  expect(text).toMatch(/^ProtectSystem=strict$/m)
  expect(/^CapabilityBoundingSet=(.*)$/m.exec(text)?.[1]).toBe(CAPABILITIES[unit] ?? '')
  expect(/^AmbientCapabilities=(.*)$/m.exec(text)?.[1]).toBe(CAPABILITIES[unit] ?? '')
  expect(text).not.toMatch(/^(ReadWritePaths|BindPaths|MemoryDenyWriteExecute)=/m)
  expect(text).not.toContain('tja_')
})
