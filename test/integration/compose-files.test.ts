import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { globSync } from 'tinyglobby'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Service {
  readonly image: string
  readonly build?: string
  readonly command?: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly networks?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>
}

const REPOSITORY = join(import.meta.dirname, '../..')
const FILES = globSync('{deploy,examples}/**/compose*.yaml', { cwd: REPOSITORY }).toSorted()

/** Whatever gives a container more than its own files. */
const PRIVILEGES = ['privileged', 'cap_add', 'devices', 'pid', 'ipc', 'network_mode', 'userns_mode', 'user']

/** Values for what a file leaves to its user. */
const LEFT_TO_USERS = { HONEYJAM_API_URL: 'https://list.example.org', TPOT_DATA_PATH: '/srv/tpotce/data' }

const isThere = spawnSync('docker-compose', ['version']).status === 0
if (!isThere)
  process.stderr.write('docker-compose is not installed: the compose files are not checked with it\n')

it('there are compose files', () => {
  expect(FILES.length).toBeGreaterThan(2)
})

describe.each(FILES)('%s', (file) => {
  const { services } = parse(readFileSync(join(REPOSITORY, file), 'utf8')) as ComposeFile
  const honeyjam = services['honeyjam'] as Service
  const others = Object.values(services).filter((service) => service !== honeyjam)

  it.skipIf(!isThere)('is valid for docker-compose', () => {
    const { status, stderr } = spawnSync('docker-compose', ['--file', file, 'config', '--quiet'], {
      cwd: REPOSITORY,
      encoding: 'utf8',
      env: { ...process.env, ...LEFT_TO_USERS },
    })
    expect(status, `docker-compose says: ${stderr}`).toBe(0)
  })

  it('gives honeyjam no privileges', () => {
    expect(honeyjam).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      init: true,
      restart: 'unless-stopped',
      stop_grace_period: '30s',
    })
    expect(Object.keys(honeyjam).filter((key) => PRIVILEGES.includes(key))).toEqual([])
    expect(honeyjam).toHaveProperty('mem_limit')
    expect(honeyjam).toHaveProperty('pids_limit')
  })

  it('lets it write to its state and nowhere else', () => {
    const mounts = (honeyjam.volumes ?? []).map((volume) => volume.replace(/\$\{[^}]*\}/g, '/variable'))
    expect(mounts.filter((mount) => !mount.endsWith(':ro')).map((mount) => mount.split(':')[1])).toEqual([
      '/var/lib/honeyjam',
    ])
    expect(mounts.filter((mount) => mount.includes('docker.sock'))).toEqual([])
  })

  it('opens the service to this machine alone, and nothing of it to the honeypot', () => {
    for (const port of honeyjam.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:.+:8088$/)
    const networks = honeyjam.networks ?? ['default']
    for (const other of others) {
      expect((other.networks ?? ['default']).filter((name) => networks.includes(name))).toEqual([])
    }
  })

  it('runs a command that there is, with options that it has', () => {
    // a test holds this page to what the program says of itself
    const page = readFileSync(join(REPOSITORY, 'docs/reference/command-line.md'), 'utf8')
    const help = page.split(/^## /m).find((part) => part.startsWith(`\`honeyjam ${honeyjam.command}\``))
    expect(help, `honeyjam ${honeyjam.command}`).toBeDefined()
    for (const variable of Object.keys(honeyjam.environment ?? {})) {
      const option = variable.replace('HONEYJAM_', '--').toLowerCase().replaceAll('_', '-')
      expect(help).toContain(`  ${option} `)
    }
  })

  it('mounts Cowrie where honeyjam looks for it by itself', () => {
    if (honeyjam.command === 'serve') return
    const configuration = readFileSync(join(REPOSITORY, 'docs/reference/configuration.md'), 'utf8')
    const usual = configuration.split('\n').find((line) => line.includes('`/home/cowrie/cowrie`')) ?? ''
    const targets = (honeyjam.volumes ?? []).map((volume) => volume.split(':').at(-2) ?? '')
    const found = targets.filter((target) => usual.includes(`\`${target.replace(/\/(var|etc)$/, '')}\``))
    expect(found, `among ${usual}`).not.toEqual([])
  })

  it('is built from this project and explained on a page', () => {
    expect(existsSync(join(REPOSITORY, dirname(file), honeyjam.build ?? '', 'Dockerfile'))).toBe(true)
    const readme = join(REPOSITORY, dirname(file), 'README.md')
    const page = existsSync(readme) ? readme : join(REPOSITORY, 'docs/how-to/run-in-a-container.md')
    expect(readFileSync(page, 'utf8')).toContain(file.split('/').at(-1))
  })
})
