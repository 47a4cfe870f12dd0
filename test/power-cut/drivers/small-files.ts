// Replaces each of the small files again and again.
import { join } from 'node:path'
import { ensureAgentId } from '../../../src/agent/agent-id.ts'
import { writeSecretFile } from '../../../src/cli/secret-file.ts'
import { writeServiceFile } from '../../../src/cli/service-file.ts'
import { lockDirectory } from '../../../src/runtime/index.ts'
import { driver } from './driver.ts'

const ROUNDS = 20
const directory = join(driver.root, 'new', 'state')

const lock = await lockDirectory(directory)
for (let round = 0; round < ROUNDS; round += 1) {
  const agentId = ensureAgentId(directory)
  writeServiceFile(directory, { url: `http://127.0.0.1:${round}`, pid: round })
  const secret = `tja_${String(round).repeat(600)}`
  writeSecretFile(join(directory, 'admin.key'), secret)
  driver.mark({ agentId, secret })
}
await lock.close()
