import { z } from 'zod'
import { DATASETS, DEFAULT_DATASET, DEFAULT_TTL_SECONDS, MAX_TTL_SECONDS } from './terms/index.ts'
import { TagList, TextList } from './text-lists.ts'
import { WholeNumber } from './whole-number.ts'

/** Seconds an address stays, from the newest sighting on. */
export const TtlSeconds = WholeNumber.min(1, 'ensure this value is greater than 0').max(
  MAX_TTL_SECONDS,
  `ensure this value is less than or equal to ${MAX_TTL_SECONDS}`,
)

/** Name of a dataset there is. */
export const Dataset = z.enum(DATASETS, `value is not a known dataset; permitted: ${DATASETS.join(', ')}`)

const EpochMs = WholeNumber.min(0, 'ensure this value is greater than or equal to 0')

/** When the addresses were seen: one time for all or one an address. Ours; Threat Jammer counted from arrival. */
const ObservedAt = z
  .unknown()
  .transform(observedAtOf)
  .meta({ anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] })

function observedAtOf(value: unknown, context: z.core.$RefinementCtx): number | readonly number[] {
  const schema = Array.isArray(value) ? z.array(EpochMs) : EpochMs
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  for (const issue of parsed.error.issues.slice(0, 20)) {
    const params = { type: issue.code === 'too_small' ? 'value_error.number.not_ge' : 'type_error.integer' }
    context.issues.push({
      code: 'custom',
      message: issue.message,
      path: [...issue.path],
      params,
      input: value,
    })
  }
  return 0
}

const Labels = {
  ttl: TtlSeconds.default(DEFAULT_TTL_SECONDS),
  type: Dataset.default(DEFAULT_DATASET),
  tags: TagList.default([]),
}

/** Body of `POST /v1/ip`. */
export const ReportRequest = z
  .object({ addresses: TextList, ...Labels, observed_at: ObservedAt.optional() }, 'value is not a valid dict')
  .check(({ value, issues }) => {
    const times = value.observed_at
    if (!Array.isArray(times) || times.length === value.addresses.length) return
    issues.push({
      code: 'custom',
      message: `ensure this list has as many items as addresses: ${value.addresses.length}`,
      path: ['observed_at'],
      params: { type: 'value_error.list.length' },
      input: times,
    })
  })
export type ReportRequest = z.input<typeof ReportRequest>

/** Body of `POST /v1/false/add/ip`. */
export const FalsePositiveRequest = z.object({ addresses: TextList, ...Labels }, 'value is not a valid dict')

/** Body of `POST /v1/unban/ip` and `POST /v1/false/remove/ip`: all other fields are ignored. */
export const AddressesRequest = z.object({ addresses: TextList }, 'value is not a valid dict')
