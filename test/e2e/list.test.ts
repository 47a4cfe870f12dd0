import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildProgram, temporaryDirectory } from './support/program.ts'
import { startService } from './support/service.ts'

beforeAll(buildProgram)

interface Shown {
  readonly list: { readonly self: string; readonly name: string; readonly owner: string }
  readonly elements: readonly string[]
}

// each command is a process of its own, which takes its time on a busy machine
describe('honeyjam list', { timeout: 90_000 }, () => {
  it('makes a list, fills it, shows it, takes off and deletes', async () => {
    const service = await startService()
    const words = ['--tags', 'BY-HAND, TEST', '--description', 'Seen\nby hand', '--ttl', '7200']
    const made = await service.honeyjam('list', 'create', 'Scan ners', ...words)
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining('deny, cidr') as string })
    expect(made.stdout).toMatch(/^[0-9a-f-]{36}\n$/)
    const id = made.stdout.trim()

    const file = join(temporaryDirectory(), 'networks')
    writeFileSync(file, '# scanners\n8.8.0.0/16 # theirs\n\n2a00::/32\r\n')
    const added = await service.honeyjam('list', 'add', 'Scan ners', '8.9.0.1', '--from', file)
    expect(added).toMatchObject({ code: 0, stdout: 'Put on the list: 3\n' })
    expect((await service.honeyjam('check', '8.8.1.1')).stdout).toContain('Scan ners')

    const shown = await service.honeyjam('list', 'show', id)
    expect(shown.stdout).toMatch(/^name +Scan ners\ndescription +Seen\n +by hand\n/)
    expect(shown.stdout).toMatch(/^tags +BY-HAND, TEST\nstate +on, ends in (2h|1h 59m|1h 60m|1h 59m \d+s)\n/m)
    expect(shown.stdout).toMatch(/^elements +3\n8\.8\.0\.0\/16\n8\.9\.0\.1\/32\n2a00::\/32\n$/m)

    const removed = await service.honeyjam('list', 'remove', 'Scan ners', '8.8.0.0/16', '9.9.9.9')
    expect(removed.stdout).toBe('Taken off the list: 1. Not on it: 1\n')
    const bare = await service.honeyjam('list', 'show', 'Scan ners', '--elements')
    expect(bare.stdout).toBe('8.9.0.1/32\n2a00::/32\n')
    expect(await service.json<Shown>('list', 'show', id)).toMatchObject({
      list: { self: `/v1/denylist/private/${id}`, owner: 'private' },
      elements: ['8.9.0.1/32', '2a00::/32'],
    })

    expect((await service.honeyjam('list', 'ls')).stdout).toMatch(/^Scan ners +deny +cidr +private +on, /m)
    expect((await service.honeyjam('list', 'delete', 'Scan ners')).stdout).toBe('Deleted: Scan ners\n')
    const gone = await service.honeyjam('list', 'show', 'Scan ners')
    expect(gone).toMatchObject({ code: 3, stdout: '' })
    expect(gone.stderr).toContain('no list has the name or id "Scan ners"')
  })

  it('switches a public list on and off', async () => {
    const service = await startService()
    const state = async () =>
      /^COMMUNITY_REPORTED_LIST +deny +cidr +public +(.*?) {2}/m.exec(
        (await service.honeyjam('list', 'ls', '--kind', 'deny')).stdout,
      )?.[1]
    expect(await state()).toBe('off')
    const on = await service.honeyjam('list', 'on', 'COMMUNITY_REPORTED_LIST')
    expect(on.stdout).toBe('COMMUNITY_REPORTED_LIST is on\n')
    expect(await state()).toBe('on')
    expect(await service.json('list', 'off', 'COMMUNITY_REPORTED_LIST')).toMatchObject({ status: 'INACTIVE' })
    expect(await state()).toBe('off')
  })

  it('pages through a long list, and puts more on it than one request may hold', async () => {
    const service = await startService()
    const { id } = await service.json<{ id: string }>(
      'list',
      'create',
      'Many',
      '--kind',
      'allow',
      '--holds',
      'as',
    )
    const numbers = Array.from({ length: 10_250 }, (_, index) => String(index + 1))
    const file = join(temporaryDirectory(), 'numbers')
    writeFileSync(file, numbers.join('\n'))
    expect(await service.json('list', 'add', id, '--from', file)).toEqual({ taken: 10_250, unknown: 0 })
    expect((await service.json<Shown>('list', 'show', id)).elements).toEqual(numbers)
  })

  it('says what is wrong', async () => {
    const service = await startService()
    for (const kind of ['deny', 'allow']) await service.honeyjam('list', 'create', 'Twice', '--kind', kind)
    const refusals: [words: string[], code: number, message: string][] = [
      [['add', 'Twice', '8.8.8.8'], 2, '2 lists are called "Twice": name one by its id: '],
      [['add', 'Default denylist'], 2, 'nothing to change'],
      [['add', 'Default denylist', '10.0.0.0/8'], 3, '422'],
      [['add', 'Default denylist', '--from', '/nonexistent/file'], 2, '/nonexistent/file cannot be read'],
      [
        ['add', 'COMMUNITY_REPORTED_LIST', '8.8.8.8'],
        2,
        'is a public list: it can be switched on and off only',
      ],
      [['on', 'Default denylist'], 2, 'is a private list: it is yours'],
      [['delete', 'Default denylist'], 3, 'it can only be emptied'],
      [['create', 'x', '--holds', 'colour'], 2, 'Allowed choices are cidr, country'],
      [['create', 'x', '--tags', 'a b'], 3, '422'],
    ]
    for (const [words, code, message] of refusals) {
      const refused = await service.honeyjam('list', ...words)
      expect({ words, code: refused.code, stdout: refused.stdout }).toEqual({ words, code, stdout: '' })
      expect(refused.stderr).toContain(message)
    }
  })
})
