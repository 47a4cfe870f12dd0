import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PostgresServer, postgresOrSkip, startPostgres } from '../support/postgres-server.ts'
import { buildProgram, waitFor } from './support/program.ts'
import { startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

/** Each command is a process; a busy machine takes seconds for one. */
const MANY_COMMANDS_MS = 120_000

async function send(service: TestService, path: string, { key, body }: { key?: string; body?: object } = {}) {
  const response = await fetch(`${service.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const signUp = async (service: TestService, name: string, invitation: string) =>
  await send(service, '/honeyjam/v1/sign-up', { body: { name, invitation } })

function count(answers: readonly { readonly status: number }[]): Record<number, number> {
  const byStatus: Record<number, number> = {}
  for (const { status } of answers) byStatus[status] = (byStatus[status] ?? 0) + 1
  return byStatus
}

const stop = async (service: TestService) => {
  service.running.kill('SIGTERM')
  await service.running.finished
}

it(
  'a stranger who is invited signs up, reports, and sees nothing of others, also after restarts',
  async () => {
    const invited = await startService(['--sign-up', 'invited'])
    const { data } = invited
    await invited.honeyjam('ban', '8.8.4.4')
    const made = await invited.honeyjam('invite', 'create', '--plan', 'BASIC', '--uses', '2')
    expect(made.stderr).toContain('2 accounts with the plan BASIC')
    const invitation = made.stdout.trim()
    expect(invitation).toMatch(/^tji_/)
    await stop(invited)

    const off = await startService([], { data })
    expect((await signUp(off, 'guest', invitation)).status).toBe(404)
    await stop(off)

    const service = await startService(['--sign-up', 'invited'], { data })
    const guest = await signUp(service, 'guest', invitation)
    expect(guest.status).toBe(201)
    const { key } = (JSON.parse(guest.text) as { key: { key: string } }).key
    expect((await send(service, '/v1/ip', { key, body: { addresses: ['9.9.9.9'] } })).status).toBe(202)
    await stop(service)

    const again = await startService(['--sign-up', 'invited'], { data })
    const listed = await send(again, '/v1/denylist/reported/ip', { key })
    expect(listed.text).toContain('9.9.9.9')
    expect(listed.text).not.toContain('8.8.4.4')
    expect((await again.listed()).map(({ self }) => self)).toEqual([expect.stringContaining('8.8.4.4')])
    expect((await signUp(again, 'guest', invitation)).status).toBe(409)
    expect((await signUp(again, 'second', invitation)).status).toBe(201)
    expect((await signUp(again, 'third', invitation)).status).toBe(403)
    const table = await again.honeyjam('invite', 'list')
    expect(table.stdout).toMatch(/^ *1 +BASIC +2 of 2 .* used up$/m)
    expect((await again.honeyjam('invite', 'revoke', '1')).stdout).toBe('Revoked: 1\n')
    expect((await again.honeyjam('invite', 'list')).stdout).toMatch(/^ *1 +BASIC .* revoked /m)
  },
  MANY_COMMANDS_MS,
)

describe.runIf(postgresOrSkip())('signing up at two services on one PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server.remove())

  it(
    'makes as many accounts as the invitation is for, one of each name, and each service knows them',
    async () => {
      const options = { environment: { HONEYJAM_STORE: await server.createDatabase() } }
      const [first, second] = await Promise.all([
        startService(['--sign-up', 'invited'], options),
        startService(['--sign-up', 'invited'], options),
      ])
      const both = [first, second]
      const administered = both.find(({ key }) => key !== '') ?? first
      await administered.honeyjam('ban', '8.8.4.4')
      const invitation = (await administered.honeyjam('invite', 'create', '--uses', '2')).stdout.trim()

      // the same name at both, then others for what is left
      const twins = await Promise.all(both.map((each) => signUp(each, 'guest', invitation)))
      expect(count(twins)).toEqual({ 201: 1, 409: 1 })
      const names = ['second', 'third', 'fourth', 'fifth', 'sixth', 'seventh']
      const rest = await Promise.all(
        names.map((name, index) => signUp(index % 2 === 0 ? first : second, name, invitation)),
      )
      expect(count(rest)).toEqual({ 201: 1, 403: 5 })
      expect((await administered.honeyjam('invite', 'list')).stdout).toMatch(/ 2 of 2 .* used up$/m)

      const made = twins.find(({ status }) => status === 201)?.text ?? ''
      const { key } = (JSON.parse(made) as { key: { key: string } }).key
      for (const [index, service] of both.entries()) {
        const body = { addresses: [`9.9.9.${index}`] }
        await waitFor(
          'the key at the other',
          async () => (await send(service, '/v1/ip', { key, body })).status === 202,
        )
      }
      for (const service of both) {
        const listed = () => send(service, '/v1/denylist/reported/ip', { key })
        await waitFor(
          'both reports',
          async () => (await listed()).text.match(/9\.9\.9\.[01]"/g)?.length === 2,
        )
        expect((await listed()).text).not.toContain('8.8.4.4')
      }
    },
    MANY_COMMANDS_MS,
  )
})
