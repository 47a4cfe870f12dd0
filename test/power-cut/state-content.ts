import type { AgentState } from '../../src/agent/agent-state.ts'

const TABLES = ['positions', 'pending', 'batches', 'target', 'counters']

/** Everything that stands in an agent's state, as one text. @throws Error the file is damaged */
export function contentOf(state: AgentState): string {
  return state.read((database) => {
    const findings = database.pragma('integrity_check', { simple: true })
    if (findings !== 'ok') throw new Error(String(findings))
    return JSON.stringify(TABLES.map((table) => database.prepare(`SELECT * FROM ${table}`).raw().all()))
  })
}
