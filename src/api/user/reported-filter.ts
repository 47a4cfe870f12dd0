import { DATASET_PATTERN, isDataset, type ReportedQuery } from '../../contract/index.ts'
import type { EntryFilter } from '../../denylist/index.ts'
import { refuse, refuseUnknown } from '../refusal.ts'

/**
 * Turns a checked query into a filter.
 * @throws Refusal 400 or 404 for what the schema cannot see: the clock and the datasets there are
 */
export function reportedFilterOf(query: ReportedQuery, nowMs: number): EntryFilter {
  checkDataset(query.dataset)
  checkNotInFuture('reported_before', query.reported_before, nowMs)
  checkNotInFuture('reported_after', query.reported_after, nowMs)
  const filter = {
    dataset: query.dataset,
    reportedBeforeMs: query.reported_before,
    reportedAfterMs: query.reported_after,
    expiresBeforeMs: query.expires_before,
    expiresAfterMs: query.expires_after,
    greaterThanReports: query.greater_than,
    lessThanReports: query.less_than,
    protocol: PROTOCOL_BY_WORD[query.ip_protocol_version],
  }
  return withoutUndefined(filter)
}

const PROTOCOL_BY_WORD = { ALL: undefined, IPV4: 'ipv4', IPV6: 'ipv6' } as const

export function checkDataset(dataset: string | undefined): void {
  if (dataset === undefined || isDataset(dataset)) return
  if (DATASET_PATTERN.test(dataset)) throw refuseUnknown('dataset-not-found', dataset)
  throw refuse('invalid-dataset-name', 'dataset holds capital letters, digits and underscores only')
}

export function checkNotInFuture(name: string, valueMs: number | undefined, nowMs: number): void {
  if (valueMs === undefined || valueMs <= nowMs) return
  throw refuse('timestamp-in-the-future', `${name} is ${valueMs} ms, but it is ${nowMs} ms now`)
}

type WithoutUndefined<Value> = { [Name in keyof Value]?: Exclude<Value[Name], undefined> }

function withoutUndefined<Value extends object>(value: Value): WithoutUndefined<Value> {
  return Object.fromEntries(
    Object.entries(value).filter(([, each]) => each !== undefined),
  ) as WithoutUndefined<Value>
}
