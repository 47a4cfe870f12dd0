import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { createCowrie, loginLine, type TestCowrie } from './support/cowrie.ts'
import { buildProgram, type RunOptions, run, start, waitFor } from './support/program.ts'
import { addressesOf, startService, type TestService } from './support/service.ts'

beforeAll(buildProgram)

const FAST = ['--requests-per-minute', '6000']

function follow(
  cowrie: TestCowrie,
  service: TestService,
  words: readonly string[] = [],
  options: RunOptions = {},
) {
  return start(['report', '--data', service.data, '--api-url', service.url, ...FAST, ...words], {
    workingDirectory: cowrie.root,
    ...options,
  })
}

describe('honeyjam report, following', () => {
  it('reports one line with nothing behind it, by its timer', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const agent = follow(cowrie, service)
    await waitFor('the start line', () => agent.stderr().includes('successfully initialized'))
    expect(agent.stderr()).toContain(
      'ThreatJammer.com output plugin successfully initialized. Category=ABUSE. TTL=86400. Session Tracking=False. Login Tracking=True',
    )
    cowrie.attack('45.0.0.7')
    const [entry] = await waitFor('the entry', async () => {
      const listed = await service.listed()
      return listed.length > 0 && listed
    })
    expect(entry).toMatchObject({
      self: '/v1/denylist/reported/ip/45.0.0.7',
      total_reports: 1,
      tags: ['COWRIE', 'LOGIN', 'SESSION'],
    })
    expect(entry!.expiry - entry!.last_report).toBe(86_400_000)
    agent.kill('SIGTERM')
    expect(await agent.finished).toMatchObject({ code: 0, signal: null })
  })

  it('goes on with a changed configuration after a hangup, and without one that has a fault', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 3600 })
    const agent = follow(cowrie, service)
    await waitFor('the start line', () => agent.stderr().includes('successfully initialized'))
    writeFileSync(cowrie.configFile, '[output_threatjammer]\nttl = soon\n')
    agent.kill('SIGHUP')
    await waitFor('the refusal', () => agent.stderr().includes('goes on with what it had'))
    expect(agent.stderr()).toContain('ttl is \\"soon\\"')
    writeFileSync(cowrie.configFile, '[output_threatjammer]\nflush_seconds = 1\nttl = 777\n')
    agent.kill('SIGHUP')
    await waitFor('the new start line', () => agent.stderr().includes('TTL=777'))
    cowrie.attack('45.0.0.7')
    const [entry] = await waitFor('the entry', async () => {
      const listed = await service.listed()
      return listed.length > 0 && listed
    })
    expect(entry!.expiry - entry!.last_report).toBe(777_000)
    agent.kill('SIGTERM')
    expect(await agent.finished).toMatchObject({ code: 0, signal: null })
  })

  it('reports what waits before it ends', async () => {
    const service = await startService()
    // only an end can report, as the timer is an hour away
    const cowrie = createCowrie({ flush_seconds: 3600 })
    cowrie.attack('45.0.0.7', '45.0.0.8', '45.0.0.7')
    let headStartMs = 0
    await waitFor('a report at the end', async () => {
      const agent = follow(cowrie, service)
      await waitFor('the start line', () => agent.stderr().includes('successfully initialized'))
      // nothing outside shows that it has read the log, so each try lets it run a little longer
      await wait(headStartMs)
      headStartMs += 200
      agent.kill('SIGTERM')
      expect(await agent.finished).toMatchObject({ code: 0, signal: null })
      return (await service.listed()).length > 0
    })
    expect(addressesOf(await service.listed())).toEqual(['45.0.0.7', '45.0.0.8'])
  })

  it('keeps what it cannot report, ends in time, and reports it at the next start', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const agent = follow(cowrie, { ...service, url: 'http://127.0.0.1:9' })
    cowrie.attack('45.0.0.7')
    await waitFor('a failed report', () => agent.stderr().includes('failed when reporting the payload'))
    expect(agent.stderr()).toContain('127.0.0.1:9')
    agent.kill('SIGTERM')
    expect((await agent.finished).code).toBe(0)
    rmSync(cowrie.log)
    await followUp(cowrie, service, ['45.0.0.7'])
  })

  it('goes on behind a rotation that happened while it was away', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 1 })
    cowrie.attack('45.0.0.1')
    await followUp(cowrie, service, ['45.0.0.1'])
    cowrie.attack('45.0.0.2')
    renameSync(cowrie.log, `${cowrie.log}.2026-11-24`)
    writeFileSync(cowrie.log, `${loginLine('45.0.0.3')}\n`)
    await followUp(cowrie, service, ['45.0.0.1', '45.0.0.2', '45.0.0.3'])
    expect((await service.listed()).map((entry) => entry.total_reports)).toEqual([1, 1, 1])
  })

  it('watches several logs, also one that is not there yet', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const later = join(cowrie.root, 'later', 'cowrie.json')
    const agent = follow(cowrie, service, ['--log', cowrie.log, '--log', later])
    cowrie.attack('45.0.0.1')
    await waitFor('the first', async () => (await service.listed()).length === 1)
    mkdirSync(join(cowrie.root, 'later'))
    appendFileSync(later, `${loginLine('45.0.0.2')}\n`)
    await waitFor('the second', async () => (await service.listed()).length === 2)
    agent.kill('SIGINT')
    expect((await agent.finished).code).toBe(0)
  })

  it('refuses a configuration that says no, and names the line', async () => {
    const service = await startService()
    const cowrie = createCowrie({ enabled: 'false' })
    const agent = await follow(cowrie, service).finished
    expect(agent.code).toBe(2)
    expect(agent.stderr).toContain(`${cowrie.configFile}:2`)
    expect(agent.stderr).toContain('COWRIE_OUTPUT_THREATJAMMER_ENABLED=true')
    const environment = { COWRIE_OUTPUT_THREATJAMMER_ENABLED: 'true' }
    const overridden = follow(cowrie, service, [], { environment })
    await waitFor('the start line', () => overridden.stderr().includes('successfully initialized'))
  })

  it('does not send to the service that is gone, and says so', async () => {
    const service = await startService()
    const cowrie = createCowrie({
      flush_seconds: 1,
      api_url: 'https://dublin.report.threatjammer.com/v1/ip',
      bearer_token: `tja_${'x'.repeat(36)}`,
      requests_per_minute: 6000,
    })
    const agent = start(['report', '--data', service.data], { workingDirectory: cowrie.root })
    cowrie.attack('45.0.0.7')
    await waitFor('the entry', async () => (await service.listed()).length === 1)
    expect(agent.stderr()).toContain('dublin.report.threatjammer.com')
    expect(agent.stderr()).toContain(`${service.url}/v1/ip`)
  })

  it('keeps the addresses when its key is wrong, and says so', async () => {
    const service = await startService()
    const cowrie = createCowrie({ flush_seconds: 1 })
    const environment = { HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` }
    const agent = follow(cowrie, service, [], { environment })
    cowrie.attack('45.0.0.7')
    await waitFor('the refusal', () => agent.stderr().includes('Returned the HTTP status code 401'))
    agent.kill('SIGTERM')
    await agent.finished
    await followUp(cowrie, service, ['45.0.0.7'])
  })

  it('shows every fault of the configuration at once', async () => {
    const cowrie = createCowrie({ enabled: 'perhaps', ttl: 'long', tags: 'not a tag' })
    const { code, stderr } = await run(['report'], { workingDirectory: cowrie.root })
    expect(code).toBe(2)
    for (const fault of [
      'perhaps',
      'long',
      'not a tag',
      `${cowrie.configFile}:2`,
      `${cowrie.configFile}:4`,
    ]) {
      expect(stderr).toContain(fault)
    }
  })
})

/** Starts another agent, waits until the list is complete, and ends it. */
async function followUp(
  cowrie: TestCowrie,
  service: TestService,
  addresses: readonly string[],
): Promise<void> {
  const agent = follow(cowrie, service)
  await waitFor(`${addresses.join()}\n${agent.stderr()}`, async () => {
    return (await service.listed()).length >= addresses.length
  })
  agent.kill('SIGTERM')
  await agent.finished
  expect(addressesOf(await service.listed())).toEqual(addresses)
}
