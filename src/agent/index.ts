export type { AgentOptions, AgentTarget } from './agent-options.ts'
export type { DeliveryTotals } from './agent-state.ts'
export {
  type AgentConfig,
  type AgentOption,
  type AgentOverrides,
  type ConfiguredTarget,
  DEFAULT_API_URL,
  parseAgentConfig,
  SECTION as AGENT_SECTION,
} from './config.ts'
export { type Intake, type IntakeSource, startIntake } from './intake.ts'
export type { FollowLog, ReadLog } from './log-source.ts'
export { renderMetricsAddress } from './metrics-address.ts'
export type { OnceTally, SkippedTally } from './once-tally.ts'
export { type AgentProgress, type RunAgentOptions, runAgent } from './run-agent.ts'
export { type OnceProgress, type OnceSummary, type RunOnceOptions, runOnce } from './run-once.ts'
export type { WaitReason } from './sender.ts'
export type { SkipReason } from './sighting.ts'
export type { FoundState } from './state-files.ts'
export { AgentStatusBoard } from './status-board.ts'
export { type AgentHealth, type AgentProblem, judgeHealth } from './status-health.ts'
export { readStatusRecord } from './status-record.ts'
export { runWatchedAgent, type WatchedAgentOptions } from './status-run.ts'
export type { StatusRecord } from './status-schema.ts'
export { readStoppedStates } from './status-stopped.ts'
