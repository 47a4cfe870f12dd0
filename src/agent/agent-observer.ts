import type { LogBatch } from '../cowrie/index.ts'
import type { DeliveryTotals } from './agent-state.ts'
import type { SendStep } from './sender.ts'

/** Hears of what an agent does, target by target. It must not throw, and not take long. */
export interface AgentObserver {
  /** These logs are followed from now on, besides those told before; a log may be told again. */
  onLogs(target: string, logPaths: readonly string[]): void
  /**
   * Lines were read and taken in; a batch without lines says that reading has begun.
   * @param target the URL that reports go to
   */
  onRead(target: string, logPath: string, batch: LogBatch): void
  /** Told after each batch and each flush. @param gathering `undefined`: nothing waits for its flush */
  onGathering?(target: string, gathering: Gathering | undefined): void
  /** Something was recorded or sent, or has to wait. */
  onProgress(target: string, progress: TargetProgress): void
  /** The work has ended, well or not; the agent's directory is still its own. */
  onEnd?(): void
}

/** What is gathered for the next report. */
export interface Gathering {
  /** Distinct ones; some may be on disk already. */
  readonly addresses: number
  /** Epoch milliseconds at which they go out at the latest. */
  readonly dueAtMs: number
}

/** Where the delivery to one target stands. */
export interface TargetProgress {
  /** Addresses on disk that the target has not taken yet. */
  readonly waitingAddresses: number
  /** Since the state file was made. */
  readonly totals: DeliveryTotals
  /** What the last step of delivery came to; absent when something was recorded. */
  readonly step?: SendStep
}
