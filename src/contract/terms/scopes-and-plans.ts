/** What a key may do; `admin` may do everything. */
export const SCOPE_WORDS = ['report', 'read', 'manage', 'enforce', 'admin'] as const

/** What an account may use. */
export const PLAN_WORDS = ['FREE', 'BASIC', 'PRO', 'ENTERPRISE', 'UNLIMITED'] as const
