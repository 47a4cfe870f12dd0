import { BOUNCER_SCHEMA } from './bouncer-schema.ts'
import { ENFORCER_SCHEMA, RECEIPT_POSITION_SCHEMA } from './enforcer-schema.ts'
import { HISTORY_SCHEMA } from './history-schema.ts'
import { INVITATION_SCHEMA } from './invitation-rows.ts'
import { USAGE_MIGRATION } from './usage-schema.ts'

/** The later steps of the schema, in their order; new ones go to the end. */
export const NAMED_STEPS: readonly string[] = [
  HISTORY_SCHEMA,
  INVITATION_SCHEMA,
  USAGE_MIGRATION,
  ENFORCER_SCHEMA,
  RECEIPT_POSITION_SCHEMA,
  BOUNCER_SCHEMA,
]
