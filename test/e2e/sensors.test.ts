import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { SensorList } from '../../src/contract/index.ts'
import { createCowrie } from './support/cowrie.ts'
import { buildProgram, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { firstLine, type ServiceLine, startService } from './support/service.ts'

beforeAll(buildProgram)

async function sensorsOf(data: string) {
  const { code, stdout, stderr } = await run(['sensors', '--data', data, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return SensorList.parse(JSON.parse(stdout)).sensors
}

describe('honeyjam sensors', () => {
  it('shows the agent of honeyjam up, also after it has stopped and the service was started anew', async () => {
    const data = temporaryDirectory()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const words = ['up', '--data', data, '--port', '0', '--json', '--cowrie-config', cowrie.configFile]
    const up = start(words)
    await firstLine<ServiceLine>(up)
    const [sensor] = await waitFor('the agent', async () => {
      const sensors = await sensorsOf(data)
      return sensors.length > 0 && sensors
    })
    expect(sensor).toMatchObject({
      agent_id: readFileSync(join(data, 'agent', 'agent-id'), 'utf8').trim(),
      name: hostname(),
      key_name: 'local agent',
      last_error: null,
    })
    const { stdout } = await run(['sensors', '--data', data])
    expect(stdout).toMatch(/^NAME +LAST SEEN +LAST EVENT +LAG +WAITING +ERROR\n.+ \d+s ago/)
    up.kill('SIGTERM')
    expect(await up.finished).toMatchObject({ code: 0, signal: null })

    await startService([], { data })
    const [again] = await sensorsOf(data)
    expect(again!.agent_id).toBe(sensor!.agent_id)
    expect(again!.last_seen_at).toBeGreaterThanOrEqual(sensor!.last_seen_at)
  })

  it('shows an agent on another machine by its key', async () => {
    const service = await startService()
    const created = await service.json<{ readonly key: string }>('key', 'create', '--name', 'cellar')
    const cowrie = createCowrie()
    const words = ['report', '--data', temporaryDirectory(), '--api-url', service.url, '--json']
    const agent = start([...words, '--cowrie-config', cowrie.configFile], {
      environment: { HONEYJAM_BEARER_TOKEN: created.key },
    })
    const [sensor] = await waitFor('the agent', async () => {
      const sensors = await sensorsOf(service.data)
      return sensors.length > 0 && sensors
    })
    expect(sensor).toMatchObject({ key_name: 'cellar' })
    agent.kill('SIGTERM')
    expect(await agent.finished).toMatchObject({ code: 0, signal: null })
  })

  it('says what to do when there is none', async () => {
    const service = await startService()
    const { code, stdout } = await service.honeyjam('sensors')
    expect(code).toBe(0)
    expect(stdout).toContain('No agent has said that it is alive')
    expect(await sensorsOf(service.data)).toEqual([])
  })
})
