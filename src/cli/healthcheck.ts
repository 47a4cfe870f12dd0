/**
 * The health check of the container image: `node healthcheck.js DATA_DIRECTORY` ends with 0 when what runs there is alive,
 * else with 1 and a line that says what is wrong. Whether reports arrive is not its matter (`honeyjam status` says that): much
 * software restarts what is unhealthy, and a restart brings back no service that is away.
 * A program of its own and not a command: it runs every minute beside the honeypot, and takes a quarter of the time of
 * `honeyjam status`.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { findLockHolder } from '../runtime/index.ts'
import { readServiceFile } from './service-file.ts'

/** The agent writes each minute; two may be missed on a busy host. */
const LONGEST_SILENCE_MS = 150_000
const LONGEST_ANSWER_MS = 5000

const [directory] = process.argv.slice(2)
const problem = directory === undefined ? 'usage: healthcheck DATA_DIRECTORY' : await findProblem(directory)
if (problem !== undefined) {
  process.stdout.write(`${problem}\n`)
  process.exitCode = 1
}

/** @returns what is wrong; `undefined` when all that runs is alive */
async function findProblem(data: string): Promise<string | undefined> {
  const agent = join(data, 'agent')
  const servesHere = findLockHolder(data) !== undefined
  const reportsHere = findLockHolder(agent) !== undefined
  if (!servesHere && !reportsHere) return `nothing of honeyjam runs on ${data}`
  return (
    (servesHere ? await serviceProblem(data) : undefined) ?? (reportsHere ? agentProblem(agent) : undefined)
  )
}

async function serviceProblem(data: string): Promise<string | undefined> {
  const url = readServiceFile(data)?.url
  if (url === undefined) return 'the service does not listen yet'
  try {
    const { ok, status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(LONGEST_ANSWER_MS) })
    return ok ? undefined : `the service answers ${status}`
  } catch (error) {
    return `the service does not answer: ${String(error)}`
  }
}

function agentProblem(state: string): string | undefined {
  const written = statSync(join(state, 'status.json'), { throwIfNoEntry: false })
  if (written === undefined) return 'the agent has not written its status yet'
  const silentMs = Date.now() - written.mtimeMs
  return silentMs > LONGEST_SILENCE_MS
    ? `the agent has not written its status for ${Math.round(silentMs / 1000)} s`
    : undefined
}
