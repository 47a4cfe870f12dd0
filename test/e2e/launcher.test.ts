import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  buildProgram,
  isAlive,
  PROGRAM,
  REPOSITORY,
  run,
  start,
  temporaryDirectory,
  waitFor,
} from './support/program.ts'
import { readServiceFile } from './support/service.ts'

beforeAll(buildProgram)

const oldNode = findOldNode()

describe('the launcher', () => {
  it('says how to build when there is nothing to run', async () => {
    const program = copyLauncher()
    const { status, stderr } = runNode(process.execPath, program)
    expect(status).toBe(1)
    expect(stderr).toContain('npm ci')
  })

  it('prints the version', async () => {
    const { code, stdout } = await run(['--version'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: '0.1.0\n' })
  })
})

describe.skipIf(oldNode === undefined)(`started by an older Node (${oldNode ?? 'none found'})`, () => {
  const node = oldNode ?? ''

  it('runs the program with the Node of the checkout and hands on its output and exit code', async () => {
    const version = await run(['--version'], { node })
    expect(version).toMatchObject({ code: 0, stdout: '0.1.0\n' })
    const usage = await run(['no-such-command'], { node })
    expect(usage.code).toBe(2)
    expect(usage.stderr).toContain('no-such-command')
  })

  it('says which Node it needs where there is no other', () => {
    const { status, stderr } = runNode(node, copyLauncher())
    expect(status).toBe(1)
    expect(stderr).toContain('needs Node.js 22 or newer; this is v')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('hands on %s, and the service stops cleanly', async (signal) => {
    const { launcher, servicePid, data } = await startService(node)
    launcher.kill(signal)
    expect(await launcher.finished).toMatchObject({ code: 0, signal: null })
    expect(isAlive(servicePid)).toBe(false)
    expect(existsSync(join(data, 'service.json'))).toBe(false)
  })

  it('leaves no service behind when it is killed', async () => {
    const { launcher, servicePid } = await startService(node)
    expect(servicePid).not.toBe(launcher.pid)
    launcher.kill('SIGKILL')
    await launcher.finished
    await waitFor('the end of the service', () => !isAlive(servicePid), 2000)
  })

  it('dies as the program died', async () => {
    const { launcher, servicePid } = await startService(node)
    process.kill(servicePid, 'SIGKILL')
    expect(await launcher.finished).toMatchObject({ code: null, signal: 'SIGKILL' })
  })
})

async function startService(node: string) {
  const data = temporaryDirectory()
  const launcher = start(['serve', '--port', '0', '--data', data], { node })
  const { pid } = await waitFor(`the service\n${launcher.stderr()}`, () => readServiceFile(data))
  return { launcher, servicePid: pid, data }
}

/** The launcher alone, as in a checkout in which nothing was installed. */
function copyLauncher(): string {
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'bin'))
  cpSync(PROGRAM, join(directory, 'bin', 'honeyjam.js'))
  cpSync(join(REPOSITORY, 'package.json'), join(directory, 'package.json'))
  return join(directory, 'bin', 'honeyjam.js')
}

function runNode(node: string, program: string): { status: number | undefined; stderr: string } {
  try {
    execFileSync(node, [program, '--version'], { stdio: 'pipe' })
    return { status: 0, stderr: '' }
  } catch (error) {
    const { status, stderr } = error as { status?: number; stderr: Buffer }
    return { status, stderr: stderr.toString() }
  }
}

/** A Node below 22 and not below 18, as many distributions ship it. */
function findOldNode(): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, 'node'))
  return candidates.filter(existsSync).find((node) => {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' })
    return /^v(?:18|19|20|21)\./.test(version)
  })
}
