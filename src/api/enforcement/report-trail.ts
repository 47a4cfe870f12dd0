import type { Progress, Revision } from '../../denylist/index.ts'

/** Reports of one enforcer that are remembered. */
const MAX_STEPS = 256
/** Without news, a report is remembered so often. */
const STEP_MS = 10_000

/** What one report said, and how far the service was when it came. */
export interface TrailStep {
  readonly atMs: number
  /** What the enforcer had brought about; `undefined`: nothing, or its firewall took nothing. */
  readonly revision: Revision | undefined
  readonly servicePosition: number
}

/** What one enforcer said, as far back as it is remembered: the older, the fewer steps. */
export class ReportTrail {
  #steps: TrailStep[] = []

  note(step: TrailStep): void {
    const last = this.#steps.at(-1)
    const isNews =
      last?.revision?.position !== step.revision?.position || last?.revision?.scope !== step.revision?.scope
    if (last !== undefined && !isNews && step.atMs < last.atMs + STEP_MS) return
    this.#steps.push(step)
    if (this.#steps.length <= MAX_STEPS) return
    // half as fine, but for the newer half
    this.#steps = this.#steps.filter((_, index) => index >= MAX_STEPS / 2 || index % 2 === 0)
  }

  /** How far the service was, at least `agoMs` ago. @returns `undefined` when no report is so old */
  servicePositionAt(latestMs: number): number | undefined {
    return this.#steps.findLast(({ atMs }) => atMs <= latestMs)?.servicePosition
  }

  /**
   * Since when all reports covered what happened up to there, in the same scope.
   * @returns `undefined` when the latest does not
   */
  coveredSince(scope: string, progress: Progress): number | undefined {
    const before = this.#steps.findLastIndex(({ revision }) => !covers(revision, scope, progress))
    return this.#steps[before + 1]?.atMs
  }
}

function covers(revision: Revision | undefined, scope: string, { position, timeMs }: Progress): boolean {
  return (
    revision !== undefined &&
    revision.scope === scope &&
    revision.position >= position &&
    revision.timeMs >= timeMs
  )
}
