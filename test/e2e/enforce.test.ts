import { beforeAll, describe, expect, it } from 'vitest'
import type { EnforcerList } from '../../src/contract/index.ts'
import { missingPrograms } from '../support/programs.ts'
import { openNeighbour, openPrivateNetwork } from './support/private-network.ts'
import { buildProgram, launch, PROGRAM, start, waitFor } from './support/program.ts'
import { startService } from './support/service.ts'

const VICTIM = { v4: '203.0.113.1', v6: '2001:db8:1::1' } as const
const ATTACKERS = ['9.0.0.7', '9.0.0.8', '9.0.1.9', '2a00:1:2:3::4', '2a00:1:2:4::5']
const LONGEST_MS = 240_000

beforeAll(buildProgram)

const MISSING = missingPrograms('unshare', 'nsenter', 'ip', 'nft', 'ping', 'curl')

describe.skipIf(MISSING !== '')(
  `honeyjam enforce (${MISSING === '' ? 'with packets of an attacker' : `not run without ${MISSING}`})`,
  () => {
    it(
      'stops who was reported, and lets go on unban, allow, expiry and release',
      async () => {
        const { report, service, blocked, enforcer, inVictim, told } = await openPlace()
        expect(await blocked()).toEqual([])

        await report(['9.0.0.7', '2a00:1:2:3::4'], 3600)
        await report(['9.0.0.8'], 4)
        await waitFor('the ban', async () => (await blocked()).length === 3)
        expect(await blocked()).toEqual(['9.0.0.7', '9.0.0.8', '2a00:1:2:3::4'])
        await waitFor('the expiry', async () => !(await blocked()).includes('9.0.0.8'))

        await service.json('unban', '9.0.0.7')
        await waitFor('the unban', async () => !(await blocked()).includes('9.0.0.7'))
        await service.json('allow', '2a00:1:2:3::/64')
        await waitFor('the allowance', async () => (await blocked()).length === 0)

        await service.json('list', 'create', 'ranges')
        await service.json('list', 'add', 'ranges', '9.0.0.0/23', '2a00:1:2:4::/64')
        await waitFor('the ranges', async () => (await blocked()).length === 4)
        expect(await blocked()).toEqual(['9.0.0.7', '9.0.0.8', '9.0.1.9', '2a00:1:2:4::5'])

        enforcer.kill('SIGKILL')
        await enforcer.finished
        expect(await blocked()).toHaveLength(4)
        expect((await told()).state).toBe('current')
        await waitFor('the silence', async () => (await told()).state === 'silent', LONGEST_MS)
        expect((await service.honeyjam('enforce', 'status')).code).toBe(1)
        expect(await blocked()).toHaveLength(4)
        await inVictim(process.execPath, PROGRAM, 'enforce', 'release', 'nftables')
        expect(await blocked()).toEqual([])
      },
      LONGEST_MS,
    )

    it(
      'repairs what a foreign hand flushed, and goes on when the service comes back',
      async () => {
        const { report, service, blocked, inVictim, enforcer, told } = await openPlace()
        await report(['9.0.0.7'], 3600)
        await waitFor('the ban', async () => (await blocked()).length === 1)
        await inVictim('nft', 'flush', 'ruleset')
        expect(await blocked()).toEqual([])
        await waitFor('the repair', async () => (await blocked()).length === 1, 60_000)
        expect(enforcer.stderr()).toContain('the firewall held something else than intended, repaired')
        await waitFor('the repair to be told', async () => (await told()).repairs === 1)
        await waitFor('the second look', async () => (await told()).state === 'current')
        expect(await told()).toMatchObject({ held: 1, intended: 1, differing: 0, firewall: 'nftables' })
        expect((await told()).dropped_packets).toBeGreaterThan(0)

        service.running.kill('SIGKILL')
        await service.running.finished
        expect(await blocked()).toEqual(['9.0.0.7'])
        const again = await startService(['--port', new URL(service.url).port], {
          data: service.data,
          through: inVictim.enter,
        })
        await again.json('ban', '9.0.0.8')
        await waitFor('the next ban', async () => (await blocked()).length === 2, 60_000)
      },
      LONGEST_MS,
    )
  },
)

/** A victim with a service and an enforcer, and an attacker beside it. */
async function openPlace() {
  const network = await openPrivateNetwork([])
  const attacker = await openNeighbour(network, { own: ATTACKERS, others: Object.values(VICTIM) })
  const through = network.enter
  const service = await startService([], { through })
  const enforcer = start(['enforce', 'nftables', '--data', service.data], { through })
  await waitFor('the enforcer', () => enforcer.stderr().includes('following the decisions'), 60_000)
  const inVictim = Object.assign(
    async (...command: string[]) => {
      const { code, stdout, stderr } = await launch(command, { through }).finished
      if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`)
      return stdout
    },
    { enter: through },
  )
  return {
    service,
    enforcer,
    inVictim,
    report: async (addresses: readonly string[], ttl: number) => {
      const headers = [`authorization: Bearer ${service.key}`, 'content-type: application/json']
      const options = headers.flatMap((header) => ['--header', header])
      const body = JSON.stringify({ addresses, ttl })
      const status = ['--silent', '--output', '/dev/null', '--write-out', '%{http_code}']
      expect(await inVictim('curl', ...status, ...options, '--data', body, `${service.url}/v1/ip`)).toBe(
        '202',
      )
    },
    /** What the service knows of the enforcer. */
    told: async () => {
      const { stdout } = await service.honeyjam('enforce', 'status', '--json')
      const [first] = (JSON.parse(stdout) as EnforcerList).enforcers
      if (first === undefined) throw new Error('the service knows of no enforcer')
      return first
    },
    /** Attackers that get no answer, in their order. */
    blocked: async () => {
      const reaches = await Promise.all(
        ATTACKERS.map(async (source) => {
          const target = source.includes(':') ? VICTIM.v6 : VICTIM.v4
          const ping = launch(['ping', '-c1', '-W1', '-I', source, target], { through: attacker })
          return (await ping.finished).code === 0
        }),
      )
      return ATTACKERS.filter((_, index) => reaches[index] === false)
    },
  }
}
