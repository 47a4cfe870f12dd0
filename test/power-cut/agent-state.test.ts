import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { AgentState } from '../../src/agent/agent-state.ts'
import { RequestTimes } from '../../src/agent/request-times.ts'
import type { Remains } from './cut-power.ts'
import { contentOf } from './state-content.ts'
import { testPowerCuts } from './test-power-cuts.ts'

testPowerCuts("an agent's state holds what its last finished step left,", {
  driver: 'agent-state',
  randomCuts: 200,
  check,
})

/** The step that was under way may have come to its end or not have begun; nothing lies between. */
function check({ root, marks, nextMark }: Remains): void {
  const path = join(root, 'state', 'agent.db')
  expect(marks.length === 0 || existsSync(path)).toBe(true)
  if (!existsSync(path)) return
  const state = new AgentState(path)
  const content = JSON.stringify(contentOf(state))
  state.close()
  if (marks.length > 0) expect([marks.at(-1), nextMark]).toContain(content)
  if (!existsSync(join(root, 'state', 'requests.db'))) return
  const times = new RequestTimes(join(root, 'state', 'requests.db'), {
    keyId: 'key',
    requestsPerMinute: 1000,
  })
  expect(times.begin(Date.now()).kind).toBe('begun')
  times.close()
}
