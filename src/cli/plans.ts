import type { Plan } from '../accounts/index.ts'

/** Written out, as the schemas behind the contract's door take longer to load than a help text may take. */
export const PLANS: readonly Plan[] = ['FREE', 'BASIC', 'PRO', 'ENTERPRISE', 'UNLIMITED']
