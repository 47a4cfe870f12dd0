import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createCowrie } from './support/cowrie.ts'
import { killableWorker } from './support/killable-worker.ts'
import { buildProgram, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { readServiceFile, startService } from './support/service.ts'

beforeAll(buildProgram)

describe.each(['journal', 'tables', 'reader'])('when the worker that keeps the %s dies', (worker) => {
  it('serve ends with an error, so that its supervisor starts it again, and nothing accepted is lost', async () => {
    const data = temporaryDirectory()
    const serve = start(['serve', '--data', data, '--port', '0'], { environment: killableWorker(worker) })
    const { url } = await waitFor('the service', () => readServiceFile(data))
    expect((await run(['ban', '45.0.0.9', '--data', data])).code).toBe(0)
    serve.kill('SIGUSR2')
    const { code, signal, stderr } = await serve.finished
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    expect(stderr).toContain(`the ${worker} worker ended unexpectedly: restart honeyjam`)
    expect(stderr).toContain('[STORE_UNAVAILABLE]')
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
    const next = await startService([], { data })
    expect(await next.listed()).toMatchObject([{ self: '/v1/denylist/reported/ip/45.0.0.9' }])
  })

  it('up ends likewise, agent included', async () => {
    const cowrie = createCowrie({ flush_seconds: 1 })
    const data = join(temporaryDirectory(), 'data')
    const up = start(['up', '--data', data, '--port', '0'], {
      workingDirectory: cowrie.root,
      environment: killableWorker(worker),
    })
    await waitFor('the agent', () => up.stderr().includes('successfully initialized'))
    cowrie.attack('45.0.0.7')
    up.kill('SIGUSR2')
    const { code, stderr } = await up.finished
    expect(code).toBe(1)
    expect(stderr).toContain('[STORE_UNAVAILABLE]')
    const next = start(['up', '--data', data, '--port', '0'], { workingDirectory: cowrie.root })
    await waitFor('the report', () => next.stderr().includes('successfully reported'))
  })
})
