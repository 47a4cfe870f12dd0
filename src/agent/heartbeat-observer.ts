import { HeartbeatClient } from '../client/index.ts'
import type { LogBatch } from '../cowrie/index.ts'
import type { Clock, Logger } from '../runtime/index.ts'
import { ensureAgentId } from './agent-id.ts'
import type { AgentObserver, Gathering, TargetProgress } from './agent-observer.ts'
import type { AgentTarget } from './agent-options.ts'
import type { AgentConfig } from './config.ts'
import { runHeartbeat } from './heartbeat.ts'
import { heartbeatOf } from './heartbeat-content.ts'
import type { AgentStatusBoard } from './status-board.ts'

export interface HeartbeatObserverOptions {
  /** Hears everything first. */
  readonly inner: AgentObserver
  /** What `inner` keeps. */
  readonly board: Pick<AgentStatusBoard, 'snapshot'>
  readonly mode: AgentConfig['heartbeat']
  readonly targets: readonly AgentTarget[]
  readonly stateDirectory: string
  readonly version: string
  readonly clock: Clock
  readonly logger: Logger
  readonly userAgent: string
  readonly ca?: string
}

/**
 * Lets each target that is to know it know that the agent is alive: from the agent's first word about it, when the agent holds its
 * directory, to its last.
 */
export class HeartbeatObserver implements AgentObserver {
  readonly #options: HeartbeatObserverOptions
  readonly #stop = new AbortController()
  readonly #runByTarget = new Map<string, Promise<void>>()
  #agentId: string | undefined

  constructor(options: HeartbeatObserverOptions) {
    this.#options = options
  }

  onLogs(target: string, logPaths: readonly string[]): void {
    this.#options.inner.onLogs(target, logPaths)
  }

  onRead(target: string, logPath: string, batch: LogBatch): void {
    this.#options.inner.onRead(target, logPath, batch)
  }

  onGathering(target: string, gathering: Gathering | undefined): void {
    this.#options.inner.onGathering?.(target, gathering)
  }

  onProgress(target: string, progress: TargetProgress): void {
    this.#options.inner.onProgress(target, progress)
    if (this.#options.mode === 'off') return
    if (this.#runByTarget.has(target) || this.#stop.signal.aborted) return
    this.#runByTarget.set(target, this.#run(target))
  }

  onEnd(): void {
    this.#stop.abort(new Error('the agent stops'))
    this.#options.inner.onEnd?.()
  }

  /** Ends what is under way. May be called twice. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the agent stops'))
    await Promise.all(this.#runByTarget.values())
  }

  async #run(target: string): Promise<void> {
    const { mode, targets, version, board, clock, logger, userAgent, ca } = this.#options
    const own = targets.find(({ apiUrl }) => apiUrl === target)
    if (own === undefined) return
    const client = new HeartbeatClient({
      ...own,
      userAgent,
      tellsAnybody: mode === 'on',
      ...(ca === undefined ? {} : { ca }),
    })
    await runHeartbeat({
      send: (heartbeat, signal) => client.send(heartbeat, signal),
      content: () => heartbeatOf(board.snapshot(), target, { agentId: this.#ensureId(), version }),
      clock,
      logger: targets.length === 1 ? logger : logger.child({ target }),
      signal: this.#stop.signal,
    })
    await client.close()
  }

  #ensureId(): string {
    this.#agentId ??= ensureAgentId(this.#options.stateDirectory)
    return this.#agentId
  }
}
