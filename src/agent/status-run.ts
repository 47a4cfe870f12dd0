import { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
import { AgentStatusBoard } from './status-board.ts'
import { StatusWriter } from './status-writer.ts'

/** Runs an agent that writes to its directory how it is doing; else as {@link runAgent}. */
export async function runWatchedAgent(options: Omit<RunAgentOptions, 'observer'>): Promise<AgentProgress> {
  const { logPaths, clock, logger, stateDirectory: directory } = options
  const board = new AgentStatusBoard({ logPaths, clock })
  return await runAgent({ ...options, observer: new StatusWriter({ directory, board, clock, logger }) })
}
