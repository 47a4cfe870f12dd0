import { HoneyjamError } from '../../runtime/index.ts'
import type { AgentSetup } from '../agent-setup.ts'
import { findTarget, reportUrl } from '../agent-target.ts'
import type { Context } from '../context.ts'
import type { DoctorOptions } from './doctor-options.ts'

/** A service the agent would report to, also when there is no key for it. */
export interface DoctorTarget {
  /** The whole URL of the report operation. */
  readonly apiUrl: string
  readonly bearerToken: string | undefined
  /** Why there is no key. */
  readonly keyProblem?: string
}

/** All services of the configuration, as the agent finds them. */
export function doctorTargets(
  setup: AgentSetup,
  options: DoctorOptions & { readonly data: string },
  context: Context,
): DoctorTarget[] {
  const [, ...others] = setup.config.targets
  return [
    firstTarget(setup, options, context),
    ...others.map((target) => ({ ...target, keyProblem: `no key for ${target.apiUrl}` })),
  ]
}

function firstTarget(
  setup: AgentSetup,
  options: DoctorOptions & { readonly data: string },
  context: Context,
): DoctorTarget {
  try {
    return findTarget(setup, options, context)
  } catch (error) {
    if (!(error instanceof HoneyjamError) || error.code !== 'USAGE') throw error
    return { apiUrl: reportUrl(setup, options), bearerToken: undefined, keyProblem: error.message }
  }
}
