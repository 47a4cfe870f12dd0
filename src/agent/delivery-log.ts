import type { DeliveryOutcome } from '../client/index.ts'
import type { Logger } from '../runtime/index.ts'
import type { Batch } from './agent-state.ts'

/** Of up to 1000 addresses so many are shown; the rest is counted. */
const SHOWN_ADDRESSES = 5
const NAME = 'ThreatJammer.com output plugin'

/** Why a report was not delivered. */
export type Undelivered = Exclude<DeliveryOutcome, { kind: 'accepted' }>

/** Writes the success line of the removed module, bounded, with the facts as fields. */
export function logDelivered(logger: Logger, batch: Batch, receiptPath: string | undefined): void {
  const fields = { ...fieldsOf(batch), ...(receiptPath === undefined ? {} : { receipt: receiptPath }) }
  logger.info(fields, `${NAME} successfully reported ${renderPayload(batch)}.`)
}

/**
 * Writes the failure line of the removed module, which is a warning here: the report is kept and sent again.
 * A refusal is an error, as a person is needed.
 */
export function logUndelivered(logger: Logger, batch: Batch, outcome: Undelivered, retryInMs: number): void {
  const status = 'status' in outcome ? outcome.status : 429
  const fields = { ...fieldsOf(batch), ...(status === undefined ? {} : { status }), retryInMs }
  if (outcome.kind !== 'refused') {
    logger.warn(fields, failureLine(batch, status, outcome.reason))
    return
  }
  const kept = `Nothing is lost: the addresses are kept and sent again in ${Math.round(retryInMs / 1000)} s.`
  logger.error(fields, `${failureLine(batch, status, outcome.reason)} ${adviceFor(outcome.status)} ${kept}`)
}

function failureLine(batch: Batch, status: number | undefined, reason: string): string {
  const payload = renderPayload(batch)
  if (status === undefined)
    return `${NAME} failed when reporting the payload ${payload}. Exception raised: ${reason}.`
  return `${NAME} failed to report the payload ${payload}. Returned the HTTP status code ${status}. Reason: ${reason}.`
}

/** What a person can do about a refusal. */
export function adviceFor(status: number): string {
  // a 429 for too many requests is no refusal; one for too many wrong keys is
  if (status === 401 || status === 429) return 'The service does not know the key: check bearer_token.'
  if (status === 403) return 'The key may not report: check bearer_token and what the key is for.'
  if (status === 404 || status === 405) return 'There is no Report API: check api_url, it ends in /v1/ip.'
  if (status === 413) return 'The report is too large: set flush_addresses lower.'
  if (status < 400) return 'The service has moved: check api_url.'
  return 'The service does not take these settings: check category, ttl and tags.'
}

function fieldsOf({ idempotencyKey, report }: Batch): Record<string, unknown> {
  return { addresses: report.addresses.length, idempotencyKey }
}

/** As Python prints the module's dictionary, with most of the addresses counted only. */
function renderPayload({ report: { addresses, type, ttlSeconds, tags } }: Batch): string {
  const more = addresses.length - SHOWN_ADDRESSES
  const shown = addresses.slice(0, SHOWN_ADDRESSES).map(quoted)
  const list = [...shown, ...(more > 0 ? [`... ${more} more`] : [])].join(', ')
  return `{'addresses': [${list}], 'type': ${quoted(type)}, 'ttl': ${ttlSeconds}, 'tags': [${tags.map(quoted).join(', ')}]}`
}

function quoted(text: string): string {
  return `'${text}'`
}
