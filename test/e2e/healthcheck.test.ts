import { spawnSync } from 'node:child_process'
import { existsSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { FakeReportServer, status } from '../support/fake-report-server.ts'
import { createCowrie } from './support/cowrie.ts'
import { buildProgram, REPOSITORY, start, temporaryDirectory, waitFor } from './support/program.ts'
import { startService } from './support/service.ts'

beforeAll(buildProgram)

/** Runs the health check of the container image on a data directory. */
function check(data: string): { readonly code: number | null; readonly says: string } {
  const program = join(REPOSITORY, 'dist', 'cli', 'healthcheck.js')
  const { status: code, stdout } = spawnSync(process.execPath, [program, data], { encoding: 'utf8' })
  return { code, says: stdout }
}

const HEALTHY = { code: 0, says: '' }

describe('the health check of the container image', () => {
  it('finds nothing where nothing runs', () => {
    const data = temporaryDirectory()
    expect(check(data)).toEqual({ code: 1, says: `nothing of honeyjam runs on ${data}\n` })
  })

  it('tells a service that answers, one that hangs and one that was killed', async () => {
    const { data, running } = await startService()
    expect(check(data)).toEqual(HEALTHY)
    running.kill('SIGSTOP')
    expect(check(data)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/does not answer/) as string,
    })
    running.kill('SIGKILL')
    await running.finished
    expect(check(data)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/nothing .* runs/) as string,
    })
  })

  it('calls an agent healthy whose service is away, since a restart would not help', async () => {
    const server = await FakeReportServer.start({ answer: () => status(503) })
    onTestFinished(() => server.close())
    const { cowrie, data, statusFile } = startAgent(server.apiUrl)
    cowrie.attack('45.0.0.7')
    await waitFor('the refused report', () => server.requests.length > 0)
    await waitFor('the status', () => existsSync(statusFile))
    expect(check(data)).toEqual(HEALTHY)
  })

  it('notices an agent that holds its directory and says nothing any more', async () => {
    const { agent, data, statusFile } = startAgent('http://127.0.0.1:1')
    await waitFor('the status', () => existsSync(statusFile))
    agent.kill('SIGSTOP')
    const longAgo = Date.now() / 1000 - 200
    utimesSync(statusFile, longAgo, longAgo)
    expect(check(data)).toMatchObject({
      code: 1,
      says: expect.stringMatching(/not written its status for/) as string,
    })
  })
})

function startAgent(apiUrl: string) {
  const cowrie = createCowrie({ flush_seconds: 1, requests_per_minute: 6000 })
  const data = temporaryDirectory()
  const agent = start(['report', '--data', data, '--api-url', apiUrl], {
    workingDirectory: cowrie.root,
    environment: { HONEYJAM_BEARER_TOKEN: `tja_${'x'.repeat(36)}` },
  })
  return { agent, cowrie, data, statusFile: join(data, 'agent', 'status.json') }
}
