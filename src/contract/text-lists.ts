import { z } from 'zod'
import { isTag, MAX_TAG_LENGTH, MAX_TAGS } from './terms/index.ts'

/** Elements reported per list; the rest would say the same. */
const MAX_FAULTS_PER_LIST = 20

/** What `/openapi.json` says of a list that is checked by hand. */
const TEXTS = { type: 'array', items: { type: 'string' } }

type Context = z.core.$RefinementCtx

/**
 * A list of texts that nobody has parsed yet. Checked by hand, because a schema would make a fault of each of 10,000 wrong
 * elements.
 */
export const TextList = z
  .unknown()
  .transform((value, context): readonly string[] => {
    const texts = textsOf(value, context)
    if (texts?.length === 0) {
      addFault(context, value, {
        type: 'value_error.list.min_items',
        message: 'ensure this list has at least 1 item',
      })
    }
    return texts ?? []
  })
  .meta({ ...TEXTS, minItems: 1 })

/** As {@link TextList}, but an empty list will do. */
export const TextsOrNone = z
  .unknown()
  .transform((value, context): readonly string[] => textsOf(value, context) ?? [])
  .meta(TEXTS)

/** Labels of a report: trimmed, empty ones dropped, then checked. */
export const TagList = z
  .unknown()
  .transform(tagsOf)
  .meta({ ...TEXTS, maxItems: MAX_TAGS })

function tagsOf(value: unknown, context: Context): readonly string[] {
  const tags = (textsOf(value, context) ?? []).map((text) => text.trim())
  const kept = [...tags.entries()].filter(([, tag]) => tag !== '')
  if (kept.length > MAX_TAGS) {
    const message = `ensure this list has at most ${MAX_TAGS} items`
    addFault(context, value, { type: 'value_error.list.max_items', message })
    return []
  }
  for (const [index, tag] of kept) {
    if (!isTag(tag)) addFault(context, value, { ...TAG_FAULT, index })
  }
  return kept.map(([, tag]) => tag)
}

const TAG_FAULT = {
  type: 'value_error.str.regex',
  message: `a tag holds capital letters and digits with single hyphens between, at most ${MAX_TAG_LENGTH} characters`,
}

function textsOf(value: unknown, context: Context): readonly string[] | undefined {
  if (!Array.isArray(value)) {
    addFault(context, value, { type: 'type_error.list', message: 'value is not a valid list' })
    return undefined
  }
  let faults = 0
  for (let index = 0; index < value.length && faults < MAX_FAULTS_PER_LIST; index++) {
    if (typeof value[index] === 'string') continue
    faults++
    addFault(context, value, { type: 'type_error.str', message: 'str type expected', index })
  }
  return faults === 0 ? (value as readonly string[]) : undefined
}

interface ListFault {
  readonly type: string
  readonly message: string
  readonly index?: number
}

function addFault(context: Context, input: unknown, { type, message, index }: ListFault): void {
  const path = index === undefined ? [] : [index]
  context.issues.push({ code: 'custom', message, path, params: { type }, input })
}
