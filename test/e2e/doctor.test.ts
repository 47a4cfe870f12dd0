import { beforeAll, describe, expect, it } from 'vitest'
import { createCowrie } from './support/cowrie.ts'
import { buildProgram, run, start, waitFor } from './support/program.ts'
import { addressesOf, startService } from './support/service.ts'

beforeAll(buildProgram)

interface DoctorAnswer {
  readonly ok: boolean
  readonly checks: readonly { readonly check: string; readonly status: string; readonly found: string }[]
}

const statuses = ({ checks }: DoctorAnswer) =>
  Object.fromEntries(checks.map(({ check, status }) => [check, status]))

describe('honeyjam doctor', () => {
  it('finds nothing wrong where nothing is, blocks nobody, and never shows the key', async () => {
    const service = await startService()
    const cowrie = createCowrie({ api_url: service.url, bearer_token: service.key })
    cowrie.attack('45.0.0.7')
    const words = ['doctor', '--data', service.data, '--watch-seconds', '0']
    const doctor = await run(words, { workingDirectory: cowrie.root })
    expect(doctor).toMatchObject({ code: 0, stderr: '' })
    expect(doctor.stdout).toContain(`${cowrie.configFile}:3  api_url = ${service.url}`)
    expect(doctor.stdout).toMatch(
      /receipt [\w-]+: 1 taken, 0 folded\n\s+192\.31\.196\.222 was taken off again/,
    )
    expect(doctor.stdout).toContain('It works. (8 ok)')
    expect(doctor.stdout).not.toContain(service.key.slice(0, 8))
    expect(addressesOf(await service.listed())).toEqual([])
  })

  it('goes on behind what fails, and ends with 1', async () => {
    const service = await startService()
    const cowrie = createCowrie({ bearer_token: 'tja_wrong', enabled: 'false' })
    const words = [
      'doctor',
      '--json',
      '--data',
      service.data,
      '--api-url',
      service.url,
      '--log',
      '/nowhere/cowrie.json',
    ]
    const doctor = await run(words, { workingDirectory: cowrie.root })
    expect(doctor.code).toBe(1)
    const answer = JSON.parse(doctor.stdout) as DoctorAnswer
    expect(answer.ok).toBe(false)
    expect(statuses(answer)).toEqual({
      configuration: 'failed',
      log: 'failed',
      state: 'ok',
      name: 'ok',
      connection: 'ok',
      clock: 'ok',
      key: 'failed',
      canary: 'skipped',
    })
  })

  it('looks at the log that is named when the configuration cannot be read', async () => {
    const cowrie = createCowrie({ ttl: 'soon' })
    cowrie.attack('45.0.0.7')
    const words = ['doctor', '--json', '--watch-seconds', '0', '--log', cowrie.log]
    const doctor = await run(words, { workingDirectory: cowrie.root })
    expect(doctor.code).toBe(1)
    expect(statuses(JSON.parse(doctor.stdout) as DoctorAnswer)).toMatchObject({
      configuration: 'failed',
      log: 'ok',
      state: 'skipped',
      canary: 'skipped',
    })
  })

  it('sends no report with --no-canary', async () => {
    const service = await startService(['--reports-per-minute', '1'])
    const cowrie = createCowrie({ api_url: service.url, bearer_token: service.key })
    const words = ['doctor', '--json', '--no-canary', '--watch-seconds', '0']
    for (let turn = 0; turn < 2; turn += 1) {
      const doctor = await run(words, { workingDirectory: cowrie.root })
      expect(statuses(JSON.parse(doctor.stdout) as DoctorAnswer)).toMatchObject({
        key: 'ok',
        canary: 'skipped',
      })
    }
  })

  it('ends at once by Ctrl-C', async () => {
    const cowrie = createCowrie()
    const doctor = start(['doctor', '--watch-seconds', '3600'], { workingDirectory: cowrie.root })
    await waitFor('the first check', () => doctor.stdout().includes('configuration'))
    doctor.kill('SIGINT')
    expect(await doctor.finished).toMatchObject({ code: 130, signal: null })
  })
})
