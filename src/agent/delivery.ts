import type { Clock } from '../runtime/index.ts'
import type { Bell } from './bell.ts'
import type { Sender, SendStep } from './sender.ts'

export interface DeliveryOptions {
  readonly sender: Pick<Sender, 'step'>
  readonly clock: Clock
  /** Gives everything up at once, a request under way too. */
  readonly abandon: AbortSignal
  /** Called after each step that sent something or found that it must wait. */
  readonly onStep?: (step: SendStep) => void
}

/** Delivers whatever comes until `stop` is aborted; a request under way then still gets its answer. */
export async function deliverUntil(
  stop: AbortSignal,
  recorded: Bell,
  { sender, clock, abandon, onStep }: DeliveryOptions,
): Promise<void> {
  while (!stop.aborted) {
    const step = await sender.step(abandon)
    if (step.kind !== 'idle') onStep?.(step)
    if (step.kind === 'idle') await recorded.wait(stop)
    if (step.kind === 'waiting') await clock.sleep(step.untilMs - clock.nowMs(), stop)
  }
}

/**
 * Delivers what is there and ends: when nothing is left, when the next report may not go before `untilMs`, or when
 * `abandon` is aborted.
 * @param untilMs epoch milliseconds; default: wait as long as it takes
 */
export async function deliverRest(
  { sender, clock, abandon, onStep }: DeliveryOptions,
  untilMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  while (!abandon.aborted) {
    const step = await sender.step(abandon)
    if (step.kind === 'idle') return
    onStep?.(step)
    if (step.kind !== 'waiting') continue
    if (step.untilMs > untilMs) return
    await clock.sleep(step.untilMs - clock.nowMs(), abandon)
  }
}
