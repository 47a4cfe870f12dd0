import { AGENT_SECTION, type FoundState, type StatusRecord } from '../agent/index.ts'
import { loadCowrieConfig } from '../config/index.ts'
import { systemClock } from '../runtime/index.ts'
import { stateDirectory } from './agent-setup.ts'
import type { Context } from './context.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { type AgentReport, inspectAgent } from './inspect-agent.ts'
import type { CommonOptions } from './options.ts'
import { renderStatus } from './render-status.ts'

/** The options of `honeyjam status`. */
export interface StatusOptions extends CommonOptions {
  readonly state?: string
  readonly data?: string
  readonly cowrieConfig?: readonly string[]
}

/** Prints how the agent of a state directory is doing; the exit code says whether somebody must look after it. */
export async function printStatus(options: StatusOptions, context: Context): Promise<void> {
  const nowMs = systemClock.nowMs()
  const report = await inspectAgent(findStateDirectory(options, context), nowMs)
  const { output } = context
  if (output.json) output.printJson(toJson(report))
  else output.print(renderStatus(report, nowMs))
  if (!report.health.isHealthy) process.exitCode = EXIT_CODES.failure
}

/** Of the agent's settings only this one counts, so that a fault in another does not keep anybody from looking. */
function findStateDirectory({ state, data, cowrieConfig }: StatusOptions, context: Context): string {
  const { environment, defaultDataDirectory } = context
  if (state !== undefined) return stateDirectory(state, undefined, '')
  const cowrie = loadCowrieConfig({ files: cowrieConfig, workingDirectory: process.cwd(), environment })
  const configured = cowrie.get(AGENT_SECTION, 'state_path')?.value
  const path = configured === undefined ? undefined : cowrie.resolvePath(configured)
  return stateDirectory(undefined, path, data ?? defaultDataDirectory)
}

function toJson({ directory, health, pid, record, left }: AgentReport): Record<string, unknown> {
  return {
    running: health.isRunning,
    healthy: health.isHealthy,
    problems: health.problems.map(({ kind, ...problem }) => ({
      problem: kind,
      ...('target' in problem ? { target: problem.target } : {}),
      ...('sinceMs' in problem ? { since_ms: problem.sinceMs } : {}),
    })),
    state_directory: directory,
    pid: pid ?? null,
    waiting_addresses: health.isRunning ? sumOf(record?.targets ?? []) : sumOfLeft(left),
    status: record ?? null,
  }
}

function sumOf(targets: StatusRecord['targets']): number {
  return targets.reduce((sum, target) => sum + target.waiting_addresses, 0)
}

function sumOfLeft(left: readonly FoundState[]): number {
  return left.reduce((sum, { waitingAddresses }) => sum + waitingAddresses, 0)
}
