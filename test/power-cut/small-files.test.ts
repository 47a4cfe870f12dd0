import { join } from 'node:path'
import { expect } from 'vitest'
import { ensureAgentId } from '../../src/agent/agent-id.ts'
import { readSecretIfPresent } from '../../src/cli/secret-file.ts'
import { readServiceFile } from '../../src/cli/service-file.ts'
import { lockDirectory } from '../../src/runtime/index.ts'
import type { Remains } from './cut-power.ts'
import { testPowerCuts } from './test-power-cuts.ts'

interface Mark {
  readonly agentId: string
  readonly secret: string
}

testPowerCuts("an agent keeps its id and a service its administrator's key", {
  driver: 'small-files',
  randomCuts: 150,
  check,
})

async function check({ root, marks, nextMark }: Remains): Promise<void> {
  const directory = join(root, 'new', 'state')
  const lock = await lockDirectory(directory)
  try {
    const [last, next] = [marks.at(-1), nextMark].map((mark) =>
      mark === undefined ? undefined : (JSON.parse(mark) as Mark),
    )
    const secret = readSecretIfPresent(join(directory, 'admin.key'))
    if (last !== undefined) expect(ensureAgentId(directory)).toBe(last.agentId)
    expect([last?.secret, next?.secret]).toContain(secret)
    readServiceFile(directory)
  } finally {
    await lock.close()
  }
}
