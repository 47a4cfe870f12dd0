import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { publicAddress } from './support/cowrie.ts'
import { buildProgram, run, start, temporaryDirectory } from './support/program.ts'
import { addressesOf, startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

/** Each command is a process; a busy machine takes seconds for one. */
const MANY_COMMANDS_MS = 120_000

describe('the lists', () => {
  it('ban, check, print in every format, unban', async () => {
    const service = await startService()
    const banned = await service.honeyjam(
      'ban',
      '8.8.4.4',
      '2001:4860:4860::8844',
      '--ttl',
      '3600',
      '--tags',
      'MANUAL, TEST',
    )
    expect(banned.code).toBe(0)
    expect(banned.stdout).toMatch(/8\.8\.4\.4 +banned +until .* UTC \((?:1h|59m \d+s)\)/)

    const check = await service.honeyjam('check', '8.8.4.4', '9.9.9.9')
    expect(check.stdout).toMatch(/^8\.8\.4\.4 {2}listed$/m)
    expect(check.stdout).toMatch(/^ {2}tags +MANUAL, TEST$/m)
    expect(check.stdout).toMatch(/^9\.9\.9\.9 {2}not listed$/m)

    const table = await service.honeyjam('denylist')
    expect(table.stdout).toMatch(/^ADDRESS +REPORTS/)
    expect(table.stdout).toMatch(/^2001:4860:4860::8844 +1 /m)
    const plain = await service.honeyjam('denylist', '--format', 'plain')
    expect(plain.stdout.trim().split('\n').toSorted()).toEqual(['2001:4860:4860::8844', '8.8.4.4'])
    const ipv6 = await service.honeyjam('denylist', '--format', 'plain', '--protocol', 'ipv6')
    expect(ipv6.stdout).toBe('2001:4860:4860::8844\n')
    const csv = await service.honeyjam('denylist', '--format', 'csv')
    expect(csv.stdout).toContain('8.8.4.4')
    expect(csv.stdout.trim().split('\n')).toHaveLength(3)
    const waf = await service.honeyjam('denylist', '--format', 'aws-waf', '--protocol', 'ipv4')
    expect(JSON.parse(waf.stdout)).toMatchObject({ IPAddressVersion: 'IPV4', Addresses: ['8.8.4.4/32'] })
    const both = await service.honeyjam('denylist', '--format', 'aws-waf')
    expect(both).toMatchObject({ code: 2, stdout: '' })
    expect(both.stderr).toContain('--protocol ipv4 or ipv6')

    const unbanned = await service.json('unban', '8.8.4.4', '9.9.9.9')
    expect(unbanned).toMatchObject({
      results: [
        { address: '8.8.4.4', outcome: 'unbanned' },
        { address: '9.9.9.9', outcome: 'skipped' },
      ],
    })
    expect(addressesOf(await service.listed())).toEqual(['2001:4860:4860::8844'])
  })

  it('feeds are listed, and what is listed can be fetched', async () => {
    const service = await startService()
    await service.honeyjam('ban', '8.8.4.4')
    const { key } = await service.json<{ key: string }>(
      'key',
      'create',
      '--name',
      'edl',
      '--scope',
      'enforce',
    )
    const { feeds } = await service.json<{ feeds: { name: string; url_with_key: string }[] }>('feeds')
    for (const { name, url_with_key: url } of feeds) {
      const answer = await fetch(url.replace('KEY', key))
      expect([name, answer.status]).toEqual([name, 200])
      expect(await answer.text()).toContain('8.8.4.4')
    }
    expect((await service.honeyjam('feeds')).stdout.split('\n')).toHaveLength(feeds.length + 3)
    expect(await service.honeyjam('feeds', 'paloato')).toMatchObject({ code: 2, stdout: '' })
  })

  it('decisions are printed whole, counted, as they are sent, and as what changed', async () => {
    const service = await startService()
    await service.honeyjam('ban', '8.8.4.4', '2001:4860:4860::8844', '--ttl', '3600')
    const all = await service.honeyjam('decisions')
    expect(all.stdout).toMatch(/^\+ 8\.8\.4\.4 until .* UTC \(reported as [A-Z]+\)$/m)
    expect(all.stdout).toMatch(/^\+ 2001:4860:4860::\/64 until /m)
    const revision = /^# revision (\S+)$/m.exec(all.stdout)![1]!
    const counted = await service.honeyjam('decisions', '--count')
    expect(counted.stdout).toMatch(/^2 to be blocked, checksum [0-9a-f]{32}, revision \S+\n$/)
    await service.honeyjam('unban', '8.8.4.4')
    const changed = await service.honeyjam('decisions', '--since', revision)
    expect(changed.stdout).toMatch(/^- 8\.8\.4\.4\n# revision \S+\n$/)
    const sent = await service.honeyjam('decisions', '--json')
    const lines = sent.stdout.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown).at(-1)).toMatchObject({ end: true, count: 1 })
  })

  it('what is allowed is never listed', async () => {
    const service = await startService()
    await service.honeyjam('ban', '8.8.4.4')
    expect((await service.honeyjam('allow', '8.8.4.0/24')).code).toBe(0)
    expect(await service.listed()).toEqual([])
    expect((await service.honeyjam('allowlist')).stdout).toMatch(/^8\.8\.4\.0\/24 .* for ever$/m)

    const refused = await service.honeyjam('ban', '8.8.4.4', '9.9.9.9')
    expect(refused.code).toBe(3)
    expect(refused.stdout).toMatch(/^8\.8\.4\.4 +skipped +on the allowlist$/m)
    expect((await service.honeyjam('check', '8.8.4.4')).stdout).toMatch(/^8\.8\.4\.4 {2}allowed$/m)

    const all = await service.honeyjam('allow', '8.8.5.0/24', '0.0.0.0/0')
    expect(all.code).not.toBe(0)
    expect(all.stderr).toContain('0.0.0.0/0 is wider than /8')
    await service.honeyjam('disallow', '8.8.4.0/24')
    expect((await service.honeyjam('allowlist')).stdout).toBe('The allowlist is empty.\n')
    expect((await service.honeyjam('ban', '8.8.4.4')).code).toBe(0)
  })

  it('says why an address cannot be banned', async () => {
    const service = await startService()
    const { code, stdout } = await service.honeyjam('ban', '10.0.0.1', '8.8.4.4', '1.2.3', '224.0.0.1')
    expect(code).toBe(3)
    expect(stdout).toMatch(/^10\.0\.0\.1 +skipped +private or reserved/m)
    expect(stdout).toMatch(/^1\.2\.3 +skipped +not an address/m)
    expect(stdout).toMatch(/^224\.0\.0\.1 +skipped +no packet can come from it/m)
    expect(addressesOf(await service.listed())).toEqual(['8.8.4.4'])
  })
})

describe('accounts', () => {
  it(
    'are made with a key of their own, disabled, enabled, and given another plan',
    async () => {
      const service = await startService()
      const made = await service.honeyjam(
        'account',
        'create',
        'team-a',
        '--plan',
        'PRO',
        '--key-name',
        'first',
      )
      expect(made.stderr).toContain('Account team-a: plan PRO, enabled')
      expect(made.stdout).toMatch(/^tja_[0-9A-Za-z]{36}\n$/)
      const keyFile = join(temporaryDirectory(), 'team-a.key')
      writeFileSync(keyFile, made.stdout, { mode: 0o600 })
      const asTeam = ['--api-url', service.url, '--key-file', keyFile]
      expect((await run(['ban', '8.8.4.4', ...asTeam])).code).toBe(0)
      expect(await service.listed()).toEqual([])
      expect((await run(['account', 'list', ...asTeam])).stderr).toContain('403')

      expect((await service.honeyjam('account', 'disable', 'team-a')).stdout).toContain('disabled since')
      expect((await run(['denylist', ...asTeam])).stderr).toContain('401')
      expect((await service.honeyjam('account', 'enable', 'team-a')).code).toBe(0)
      expect((await run(['denylist', ...asTeam])).stdout).toContain('8.8.4.4')
      expect((await service.honeyjam('account', 'disable', 'admin')).stderr).toContain('administrator')
      expect((await service.honeyjam('account', 'plan', 'team-a', 'gold')).code).toBe(2)
      await service.honeyjam('account', 'plan', 'team-a', 'free')
      expect((await service.honeyjam('account', 'list')).stdout).toMatch(/^ +2 +team-a +FREE .* enabled$/m)

      const key = ['--account', 'team-a']
      const sensor = await service.json<{ id: number }>(
        'key',
        'create',
        '--name',
        's',
        ...key,
        '--ttl',
        '3600',
      )
      const rotated = await service.json<{ id: number }>('key', 'rotate', String(sensor.id), ...key)
      expect((await service.honeyjam('key', 'list', ...key)).stdout).toMatch(
        new RegExp(`^ +${sensor.id} +s .* anywhere .* valid, replaced by ${rotated.id}$`, 'm'),
      )
      expect((await service.honeyjam('key', 'revoke', String(rotated.id), ...key)).code).toBe(0)
    },
    MANY_COMMANDS_MS,
  )
})

describe('the key in admin.key', () => {
  const keysOf = async (service: TestService) =>
    (await service.json<{ keys: { id: number; replaced_by?: number; revoked_at?: number }[] }>('key', 'list'))
      .keys

  it.each([
    ['3600', { replaced_by: 2 }],
    ['0', { replaced_by: 2, revoked_at: expect.any(Number) as number }],
  ])('is replaced there when it is rotated with an overlap of %s', async (overlap, old) => {
    const service = await startService()
    const file = join(service.data, 'admin.key')
    const rotated = await service.honeyjam('key', 'rotate', '1', '--overlap', overlap)
    expect(rotated).toMatchObject({ code: 0, stdout: readFileSync(file, 'utf8') })
    expect(rotated.stdout.trim()).not.toBe(service.key)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await keysOf(service)).find(({ id }) => id === 1)).toMatchObject(old)
  })

  it(
    'stays when another key is rotated, and is replaced when another key rotates it',
    async () => {
      const service = await startService()
      const file = join(service.data, 'admin.key')
      const another = await service.honeyjam('key', 'create', '--name', 'another', '--scope', 'admin')
      const sensor = await service.json<{ id: number }>('key', 'create', '--name', 'sensor')
      await service.honeyjam('key', 'rotate', String(sensor.id))
      expect(readFileSync(file, 'utf8').trim()).toBe(service.key)
      const keyFile = join(temporaryDirectory(), 'another.key')
      writeFileSync(keyFile, another.stdout, { mode: 0o600 })
      const rotated = await service.honeyjam('key', 'rotate', '1', '--key-file', keyFile)
      expect(rotated.stdout).toBe(readFileSync(file, 'utf8'))
    },
    MANY_COMMANDS_MS,
  )

  it('is not rotated when the file cannot be written', async () => {
    const service = await startService()
    // no user, not even root, writes a file where a directory stands
    mkdirSync(join(service.data, 'admin.key.new', 'x'), { recursive: true })
    const refused = await service.honeyjam('key', 'rotate', '1')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('was not replaced')
    expect(await keysOf(service)).not.toContainEqual(expect.objectContaining({ replaced_by: 2 }))
  })
})

describe('keys', () => {
  it('a key is made, limited to its scopes, listed and revoked', async () => {
    const service = await startService()
    const made = await service.honeyjam('key', 'create', '--name', 'edge', '--scope', 'read')
    expect(made.code).toBe(0)
    expect(made.stdout).toMatch(/^tja_[0-9A-Za-z]{36}\n$/)
    const keyFile = join(temporaryDirectory(), 'edge.key')
    writeFileSync(keyFile, made.stdout, { mode: 0o600 })
    const asEdge = ['--api-url', service.url, '--key-file', keyFile]

    expect((await run(['denylist', ...asEdge])).code).toBe(0)
    const forbidden = await run(['ban', '8.8.4.4', ...asEdge])
    expect(forbidden.code).toBe(3)
    expect(forbidden.stderr).toContain('403')

    const { keys } = await service.json<{ keys: { id: number; name: string }[] }>('key', 'list')
    const id = keys.find((key) => key.name === 'edge')?.id
    expect((await service.honeyjam('key', 'revoke', String(id))).code).toBe(0)
    expect((await service.honeyjam('key', 'list')).stdout).toMatch(/^ +\d+ +edge .* revoked /m)
    const revoked = await run(['denylist', ...asEdge])
    expect(revoked.code).toBe(3)
    expect(revoked.stderr).toContain('[API_REFUSED]')
  })

  it('a key by the environment, and errors as JSON', async () => {
    const service = await startService()
    const options = {
      environment: { HONEYJAM_BEARER_TOKEN: service.key, HONEYJAM_API_URL: `${service.url}/v1/ip` },
    }
    expect((await run(['denylist'], options)).code).toBe(0)
    const wrong = { environment: { ...options.environment, HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` } }
    const refused = await run(['denylist', '--json'], wrong)
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'API_REFUSED' } })
  })

  it('an id that is none', async () => {
    const service = await startService()
    expect(await service.honeyjam('key', 'revoke', '../receipts')).toMatchObject({ code: 2 })
    expect(await service.honeyjam('key', 'revoke', '9999')).toMatchObject({ code: 3 })
  })
})

describe('what goes wrong', () => {
  it('no service: exit code 4 and what to do', async () => {
    const environment = { HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` }
    const { code, stderr } = await run(['denylist', '--api-url', 'http://127.0.0.1:9'], { environment })
    expect(code).toBe(4)
    expect(stderr).toMatch(/^honeyjam: no answer to GET http:\/\/127\.0\.0\.1:9\//)
    expect(stderr).toContain('[API_UNREACHABLE]')
    expect(stderr).not.toContain('    at ')
    const debug = await run(['denylist', '--api-url', 'http://127.0.0.1:9', '--log-level', 'debug'], {
      environment,
    })
    expect(debug.stderr).toContain('    at ')
  })

  it('nobody who reads the output: it ends quietly', async () => {
    const service = await startService()
    const addresses = Array.from({ length: 5000 }, (_, index) => publicAddress(index))
    await service.honeyjam('ban', ...addresses)
    const denylist = start(['denylist', '--data', service.data])
    denylist.child.stdout?.destroy()
    expect(await denylist.finished).toMatchObject({ code: 0, signal: null, stderr: '' })
  })

  it('the administrator’s key is not sent to another machine', async () => {
    const { data } = await startService()
    const { code, stderr } = await run(['denylist', '--data', data, '--api-url', 'http://192.0.2.1'])
    expect(code).toBe(2)
    expect(stderr).toContain('--key-file')
  })

  it.each([
    [['bann', '8.8.4.4'], "unknown command 'bann'"],
    [['ban'], "missing required argument 'address'"],
    [['ban', '8.8.4.4', '--ttl', '0'], 'whole number from 1 to 315360000'],
    [['serve', '--port', '70000'], 'whole number from 0 to 65535'],
    [['denylist', '--format', 'xml'], 'Allowed choices are table, plain, json, csv, aws-waf'],
    [['key', 'create'], "required option '--name <name>' not specified"],
    [
      ['denylist', '--key-file', '/nonexistent/key'],
      '/nonexistent/key cannot be read: there is no such file',
    ],
    [['denylist', '--data', '/nonexistent/data'], '/nonexistent/data/admin.key does not exist'],
  ])('%j: exit code 2', async (words, message) => {
    const { code, stdout, stderr } = await run(words)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
  })
})
