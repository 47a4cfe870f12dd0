import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { buildProgram, PROGRAM, temporaryDirectory, waitFor } from './support/program.ts'

beforeAll(buildProgram)

/** A process namespace of its own, as a container has; --kill-child leaves nothing behind. */
const NAMESPACE = [
  '--pid',
  '--fork',
  '--kill-child',
  ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
]
const isPossible = spawnSync('unshare', [...NAMESPACE, 'true']).status === 0
if (!isPossible) process.stderr.write('no process namespace can be made here: process 1 is not tested\n')

describe.skipIf(!isPossible)('as process 1, as in a container', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends at %s while a command waits for an answer',
    async (signal) => {
      const silent = await listenSilently()
      const program = startAsOne(['denylist', '--api-url', silent.url], { HONEYJAM_BEARER_TOKEN: 'tja_x' })
      await waitFor('the request', () => silent.connections() > 0)
      process.kill(program.pid(), signal)
      expect(await program.ended).toBe(signal === 'SIGTERM' ? 143 : 130)
    },
  )

  it('stops a service cleanly at SIGTERM', async () => {
    const data = temporaryDirectory()
    const program = startAsOne(['serve', '--port', '0', '--data', data])
    await waitFor('the service', () => existsSync(join(data, 'service.json')))
    process.kill(program.pid(), 'SIGTERM')
    expect(await program.ended).toBe(0)
    expect(existsSync(join(data, 'service.json'))).toBe(false)
  })
})

function startAsOne(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const child = spawn('unshare', [...NAMESPACE, process.execPath, PROGRAM, ...words], {
    env: { PATH: process.env['PATH'] ?? '', HOME: temporaryDirectory(), ...environment },
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([code]: unknown[]) => code)
  return { pid: () => childOf(child), ended }
}

/** What `unshare` started; only its own namespace calls it process 1. */
function childOf({ pid = 0 }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'))
}

/** Takes connections and never answers. */
async function listenSilently() {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, connections: () => connections }
}
