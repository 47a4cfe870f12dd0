import { refuseFaults } from '../refusal.ts'

/** Larger ones stand in no store: its ids have 31 bits. */
const MAX_ID = 2_147_483_647

/** The id that a path names. @throws Refusal 422 */
export function idOf(text: string): number {
  if (/^[0-9]{1,15}$/.test(text)) return Math.min(Number(text), MAX_ID)
  const msg = 'value is not a valid integer'
  throw refuseFaults([{ loc: ['path', 'id'], msg, type: 'type_error.integer' }])
}
