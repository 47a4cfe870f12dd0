import { MAX_TAG_LENGTH } from './limits.ts'

/** Capital letters and digits, single hyphens between (OpenAPI of the User API 1.2.27). Each text is matched in linear time. */
export const TAG_PATTERN = /^[A-Z0-9]+(?:-[A-Z0-9]+)*$/

/** Whether `text` can stand as a tag as it is. */
export function isTag(text: string): boolean {
  return text.length <= MAX_TAG_LENGTH && TAG_PATTERN.test(text)
}
