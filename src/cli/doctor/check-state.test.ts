import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDirectory } from '../../runtime/index.ts'
import { checkState } from './check-state.ts'

let directory: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'honeyjam-doctor-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

describe('the check of the state directory', () => {
  it('says that it can be made, and makes nothing', async () => {
    const path = join(directory, 'a', 'b')
    expect(await checkState(path)).toMatchObject({
      status: 'ok',
      found: expect.stringMatching(/it can be made, [\d,]+ MiB free, no agent runs/) as unknown,
    })
    expect(existsSync(join(directory, 'a'))).toBe(false)
  })

  it('names the process that runs with it, and none that has ended', async () => {
    const lock = await lockDirectory(directory)
    expect((await checkState(directory)).found).toContain(`process ${process.pid} runs with it`)
    await lock.close()
    // above the largest number a process can have
    writeFileSync(join(directory, 'honeyjam.pid'), '2147483647\n')
    expect((await checkState(directory)).found).toContain('no agent runs with it')
  })

  it('fails for a file', async () => {
    const file = join(directory, 'file')
    writeFileSync(file, '')
    expect(await checkState(join(file, 'agent'))).toMatchObject({ status: 'failed' })
  })

  it.skipIf(process.getuid?.() === 0)('fails where this user may not write', async () => {
    chmodSync(directory, 0o500)
    expect(await checkState(join(directory, 'agent'))).toMatchObject({ status: 'failed' })
  })
})
