import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { buildProgram, run, start, temporaryDirectory, waitFor } from './support/program.ts'
import { addressesOf, firstLine, readServiceFile, type ServiceLine, startService } from './support/service.ts'

beforeAll(buildProgram)

describe('honeyjam serve', () => {
  it('shows the key on its first start only, and keeps it for its owner alone', async () => {
    const first = await startService()
    const shown = JSON.parse(first.running.stdout()) as ServiceLine
    expect(shown.admin_key).toMatch(/^tja_[0-9A-Za-z]{36}$/)
    expect(readFileSync(join(first.data, 'admin.key'), 'utf8')).toBe(`${shown.admin_key}\n`)
    expect(statSync(join(first.data, 'admin.key')).mode & 0o777).toBe(0o600)
    expect(statSync(first.data).mode & 0o777).toBe(0o700)
    first.running.kill('SIGTERM')
    expect(await first.running.finished).toMatchObject({ code: 0, stderr: '' })

    const second = await startService([], { data: first.data })
    expect(JSON.parse(second.running.stdout())).not.toHaveProperty('admin_key')
    expect(second.key).toBe(shown.admin_key)
  })

  it('says in plain lines where it listens, where the key is and how to stop', async () => {
    const data = temporaryDirectory()
    const running = start(['serve', '--data', data, '--port', '0'])
    const { url } = await waitFor('the service', () => readServiceFile(data))
    await waitFor('the last line', () => running.stdout().includes('Ctrl-C'))
    expect(running.stdout()).toContain(`honeyjam 0.1.0 serves ${url}\n`)
    expect(running.stdout()).toContain(readFileSync(join(data, 'admin.key'), 'utf8').trim())
    expect(running.stdout()).toContain(join(data, 'admin.key'))
    expect(running.stdout()).not.toContain('\u001b')
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('stops cleanly on %s', async (signal) => {
    const { running, data } = await startService()
    running.kill(signal)
    expect(await running.finished).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(existsSync(join(data, 'service.json'))).toBe(false)
  })

  it('warns when it can be reached from other machines', async () => {
    const { running, url } = await startService(['--host', '0.0.0.0'])
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await waitFor('the warning', () => running.stderr().includes('Warning: 0.0.0.0 can be reached'))
  })

  it('keeps a second process out of its data directory', async () => {
    const { data } = await startService()
    const second = await run(['serve', '--data', data, '--port', '0'])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('[DIRECTORY_LOCKED]')
    expect(second.stderr).toContain(data)
  })

  it('says when the port is taken, and lets go of the directory', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void other.close())
    const { port } = await waitFor('a port', () => (other.address() as AddressInfo | null) ?? undefined)
    const data = temporaryDirectory()
    const taken = await run(['serve', '--data', data, '--port', String(port)])
    expect(taken.code).toBe(1)
    expect(taken.stderr).toContain(String(port))
    expect(taken.stderr).toContain('[LISTEN_FAILED]')
    await startService([], { data })
  })

  it('takes its options from the environment, and the command line wins', async () => {
    const data = temporaryDirectory()
    const environment = { HONEYJAM_DATA: data, HONEYJAM_PORT: '1', HONEYJAM_JSON: 'yes' }
    const running = start(['serve', '--port', '0'], { environment })
    expect(await firstLine<ServiceLine>(running)).toMatchObject({ data })
  })

  it('says how to get another key when the file is gone, and reset-admin makes it', async () => {
    const first = await startService()
    const locked = await first.honeyjam('key', 'reset-admin')
    expect(locked).toMatchObject({ code: 1 })
    expect(locked.stderr).toContain('[DIRECTORY_LOCKED]')
    first.running.kill('SIGTERM')
    await first.running.finished
    rmSync(join(first.data, 'admin.key'))

    const keyless = start(['serve', '--data', first.data, '--port', '0'])
    await waitFor('the warning', () => keyless.stderr().includes(` key reset-admin --data ${first.data}`))
    keyless.kill('SIGTERM')
    await keyless.finished

    const reset = await first.honeyjam('key', 'reset-admin')
    expect(reset).toMatchObject({ code: 0, stdout: readFileSync(join(first.data, 'admin.key'), 'utf8') })
    const again = await startService([], { data: first.data })
    expect(await again.json('denylist')).toMatchObject({ addresses: [] })
    const old = await fetch(`${again.url}/test`, { headers: { authorization: `Bearer ${first.key}` } })
    expect(old.status).toBe(401)
  })

  it('goes on when nobody reads its output any more', async () => {
    const { running, listed, honeyjam } = await startService()
    running.child.stdout?.destroy()
    running.child.stderr?.destroy()
    await honeyjam('ban', '203.0.114.7')
    expect(addressesOf(await listed())).toEqual(['203.0.114.7'])
    running.kill('SIGTERM')
    expect(await running.finished).toMatchObject({ code: 0 })
  })
})
