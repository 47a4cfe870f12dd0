import { AddressesRequest, FalsePositiveRequest, REPORT_PATHS, ReportRequest } from '../../contract/index.ts'
import {
  type Operation,
  type PackedAddresses,
  type SelectedAddresses,
  type SelectOptions,
  selectAddresses,
} from '../../denylist/index.ts'
import { type Range, WORDS_PER_ADDRESS } from '../../ip/index.ts'
import { checkBody } from '../json-body.ts'
import { refuse, refuseFaults } from '../refusal.ts'
import type { OperationOrigin } from '../submit-operation.ts'
import { mendLegacyBody } from './legacy-module.ts'
import { rangesOf } from './packed-ranges.ts'

/** A request of the Report API that was let in. */
export interface ReportCall {
  /** Parsed JSON, not checked. */
  readonly body: unknown
  readonly origin: OperationOrigin
  readonly idempotencyKey: string | undefined
  readonly acceptPrivate: boolean
  /** Of ranges, those that fit on the account's allowlist. */
  readonly fitting: (ranges: readonly Range[]) => readonly Range[]
  /** Whether it comes from Cowrie's removed module. */
  readonly isLegacy: boolean
}

/** Checks a body and makes the operation it stands for. @throws Refusal */
export type BuildOperation = (call: ReportCall) => Operation

/** The four operations by their path. */
export const REPORT_OPERATIONS: Readonly<Record<string, BuildOperation>> = {
  [REPORT_PATHS.report]: buildReport,
  [REPORT_PATHS.unban]: buildUnban,
  [REPORT_PATHS.addFalsePositive]: buildAllow,
  [REPORT_PATHS.removeFalsePositive]: buildDisallow,
}

const NO_ADDRESSES: PackedAddresses = new Uint32Array(0)

function buildReport(call: ReportCall): Operation {
  const { body, isOver } = call.isLegacy ? mendLegacyBody(call.body) : { body: call.body, isOver: false }
  const { addresses, ttl, type, tags, observed_at } = checkBody(body, ReportRequest, 'addresses')
  const selected = select(call, addresses, observed_at)
  return {
    kind: 'report',
    ...common(call, selected),
    addresses: isOver ? NO_ADDRESSES : selected.addresses,
    observedAtMs: isOver ? call.origin.receivedAtMs : selected.observedAtMs,
    ttlSeconds: ttl,
    dataset: type,
    tags,
  }
}

function buildUnban(call: ReportCall): Operation {
  const { addresses } = checkBody(call.body, AddressesRequest, 'addresses')
  const selected = select(call, addresses)
  return { kind: 'unban', ...common(call, selected), addresses: selected.addresses }
}

function buildAllow(call: ReportCall): Operation {
  const { addresses, ttl, type, tags } = checkBody(call.body, FalsePositiveRequest, 'addresses')
  const selected = select(call, addresses)
  const wanted = rangesOf(selected.addresses)
  const ranges = call.fitting(wanted)
  const left = wanted.length - ranges.length
  const skipped = { ...selected.skipped, ...(left > 0 && { 'over-limit': left }) }
  return { kind: 'allow', ...common(call, selected), skipped, ranges, ttlSeconds: ttl, dataset: type, tags }
}

function buildDisallow(call: ReportCall): Operation {
  const { addresses } = checkBody(call.body, AddressesRequest, 'addresses')
  const selected = select(call, addresses)
  return { kind: 'disallow', ...common(call, selected), ranges: rangesOf(selected.addresses) }
}

function common({ origin, idempotencyKey }: ReportCall, { folded, skipped }: SelectedAddresses) {
  return { ...origin, folded, skipped, ...(idempotencyKey !== undefined && { idempotencyKey }) }
}

/** @throws Refusal when nothing is left, but for the module that would lose the batch */
function select(
  { origin, acceptPrivate, isLegacy }: ReportCall,
  texts: readonly string[],
  observedAtMs?: SelectOptions['observedAtMs'],
): SelectedAddresses {
  const options = { acceptPrivate, nowMs: origin.receivedAtMs }
  const selected = selectAddresses(texts, observedAtMs === undefined ? options : { ...options, observedAtMs })
  if (selected.addresses.length >= WORDS_PER_ADDRESS || isLegacy) return selected
  if (selected.skipped.unparsable !== texts.length) {
    throw refuse('ip-address-must-be-public', 'no address of the request is public')
  }
  const msg = 'value is not a valid IPv4 or IPv6 address, and neither is any other of the list'
  throw refuseFaults([{ loc: ['body', 'addresses', 0], msg, type: 'value_error.ipvanyaddress' }])
}
