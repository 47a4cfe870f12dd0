import type { DecisionOrigin } from '../denylist/index.ts'

const MAX_LENGTH = 120

/** What stands for the reason of a decision where LAPI has the name of a scenario: `honeyjam/ABUSE`, `honeyjam/list/NAME`. */
export function scenarioOf(origin: DecisionOrigin | undefined): string {
  if (origin === undefined) return 'honeyjam'
  const text = origin.kind === 'reported' ? `honeyjam/${origin.dataset}` : `honeyjam/list/${origin.name}`
  return text.slice(0, MAX_LENGTH)
}
