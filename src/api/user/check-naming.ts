import { DATASET_PATTERN } from '../../contract/index.ts'
import { refuseFaults } from '../refusal.ts'

/** Names of datasets and sources in a path. @throws Refusal 422 */
export function checkNaming(parameter: string, text: string): void {
  if (DATASET_PATTERN.test(text)) return
  const msg = 'string does not match regex "^([A-Z0-9\\_]+)$"'
  throw refuseFaults([{ loc: ['path', parameter], msg, type: 'value_error.str.regex' }])
}
