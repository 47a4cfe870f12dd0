import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HoneyjamError } from './errors.ts'
import { findLockHolder, lockDirectory } from './lock-directory.ts'

let root: string
let children: ChildProcess[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'honeyjam-lock-'))
  children = []
})

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(root, { recursive: true, force: true })
})

describe('lockDirectory', () => {
  it('makes the directory and its parents for the owner alone', async () => {
    const directory = join(root, 'a', 'b')
    const lock = await lockDirectory(directory)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    await lock.close()
  })

  it('names the directory and the process that holds it', async () => {
    const holder = await holdInChild(root)
    await expect(lockDirectory(root, { waitMs: 0 })).rejects.toMatchObject({
      code: 'DIRECTORY_LOCKED',
      message: expect.stringContaining(
        `${JSON.stringify(root)} is in use by process ${holder.pid}`,
      ) as string,
      fields: { directory: root, pid: holder.pid },
    })
  })

  it('keeps the same process out as well', async () => {
    const lock = await lockDirectory(root)
    await expect(lockDirectory(root, { waitMs: 0 })).rejects.toMatchObject({ code: 'DIRECTORY_LOCKED' })
    await expect(lockInChild(root)).resolves.toBe('DIRECTORY_LOCKED')
    await lock.close()
  })

  it('is free again once closed, also when closed twice', async () => {
    const lock = await lockDirectory(root)
    await lock.close()
    await lock.close()
    expect(existsSync(join(root, 'honeyjam.pid'))).toBe(false)
    await expect(lockInChild(root)).resolves.toBe('locked')
  })

  it('waits for a holder that is being killed', async () => {
    const holder = await holdInChild(root)
    const lock = lockDirectory(root)
    holder.kill('SIGKILL')
    await expect(lock).resolves.toMatchObject({ directory: root })
    await (await lock).close()
  })

  it('keeps two directories apart', async () => {
    const locks = [await lockDirectory(join(root, 'service')), await lockDirectory(join(root, 'agent'))]
    expect(locks.map(({ directory }) => directory)).toEqual([join(root, 'service'), join(root, 'agent')])
    for (const lock of locks) await lock.close()
  })

  it('says why a directory cannot be used', async () => {
    const file = join(root, 'file')
    writeFileSync(file, '')
    const error: unknown = await lockDirectory(join(file, 'data')).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HoneyjamError)
    expect(error).toMatchObject({
      code: 'DIRECTORY_UNUSABLE',
      message: expect.stringContaining('ENOTDIR') as string,
    })
    expect((error as Error).cause).toBeInstanceOf(Error)
  })

  it.skipIf(process.getuid?.() === 0)('does not use a directory it may not write', async () => {
    const directory = join(root, 'read-only')
    mkdirSync(directory)
    chmodSync(directory, 0o500)
    await expect(lockDirectory(directory)).rejects.toMatchObject({ code: 'DIRECTORY_UNUSABLE' })
  })
})

describe('findLockHolder', () => {
  it('names the process that holds the directory, and takes nothing from it', async () => {
    const holder = await holdInChild(root)
    expect(findLockHolder(root)).toEqual({ pid: holder.pid })
    await expect(lockInChild(root)).resolves.toBe('DIRECTORY_LOCKED')
  })

  it('finds nobody once the holder is gone, however it went', async () => {
    const holder = await holdInChild(root)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    expect(findLockHolder(root)).toBeUndefined()
  })

  it('finds this process as well, and its lock stays', async () => {
    const lock = await lockDirectory(root)
    expect(findLockHolder(root)).toEqual({ pid: process.pid })
    await expect(lockInChild(root)).resolves.toBe('DIRECTORY_LOCKED')
    await lock.close()
    expect(findLockHolder(root)).toBeUndefined()
  })

  it('makes no directory', () => {
    expect(findLockHolder(join(root, 'absent'))).toBeUndefined()
    expect(existsSync(join(root, 'absent'))).toBe(false)
  })
})

const MODULE = JSON.stringify(new URL('./lock-directory.ts', import.meta.url).href)

/** Starts a process that holds the directory until it is killed. */
async function holdInChild(directory: string): Promise<ChildProcess> {
  const { child, line } = await runChild(directory, 'setInterval(() => undefined, 60_000)')
  expect(line).toBe('locked')
  return child
}

/** Lets another process try, once. */
async function lockInChild(directory: string): Promise<string> {
  const { line } = await runChild(directory, '')
  return line
}

async function runChild(directory: string, then: string): Promise<{ child: ChildProcess; line: string }> {
  const script = `
    import { lockDirectory } from ${MODULE}
    const say = (text) => process.stdout.write(text + '\\n')
    await lockDirectory(${JSON.stringify(directory)}, { waitMs: 0 }).then(() => say('locked'), (error) => say(error.code))
    ${then}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, line: chunk.toString().trim() }
}
