import type { ApiClient } from '../client/index.ts'
import type { ReportedAddress, ReportedAddressList } from '../contract/index.ts'
import { USER_PATHS } from '../contract/terms/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant, formatSpan } from './format-time.ts'
import { addressOf, datasetName } from './listed-address.ts'
import { renderTable } from './table.ts'

export type DenylistFormat = 'table' | 'plain' | 'json' | 'csv' | 'aws-waf'
export type DenylistProtocol = 'all' | 'ipv4' | 'ipv6'

interface DenylistRequest extends ConnectOptions {
  readonly format: DenylistFormat
  readonly protocol: DenylistProtocol
}

/** Prints the denylist in one of its formats. */
export async function printDenylist(request: DenylistRequest, context: Context): Promise<void> {
  const { output } = context
  const format = output.json && request.format === 'table' ? 'json' : request.format
  if (format === 'aws-waf' && request.protocol === 'all') {
    throw new HoneyjamError('USAGE', 'an IP set of AWS WAF holds one protocol: add --protocol ipv4 or ipv6')
  }
  await withApi(request, context, async (api) => {
    if (format === 'table') {
      output.print(renderDenylist(await fetchAddresses(api, request.protocol), Date.now()))
    } else {
      await copyDenylist(api, { format, protocol: request.protocol }, context)
    }
  })
}

/** Lays out a denylist for people, the newest report first. */
export function renderDenylist(addresses: readonly ReportedAddress[], nowMs: number): string {
  if (addresses.length === 0) return 'The denylist is empty.'
  const rows = addresses
    .toSorted((a, b) => b.last_report - a.last_report)
    .map((listed) => [
      escapeText(addressOf(listed)),
      String(listed.total_reports),
      formatInstant(listed.last_report),
      formatSpan(listed.expiry - nowMs),
      escapeText(datasetName(listed)),
      escapeText((listed.tags ?? []).join(',')),
    ])
  return renderTable(
    [
      { heading: 'ADDRESS' },
      { heading: 'REPORTS', align: 'right' },
      { heading: 'LAST REPORT (UTC)' },
      { heading: 'ENDS IN' },
      { heading: 'DATASET' },
      { heading: 'TAGS' },
    ],
    rows,
  )
}

async function fetchAddresses(api: ApiClient, protocol: DenylistProtocol): Promise<ReportedAddress[]> {
  const { body } = await api.request({
    method: 'GET',
    path: USER_PATHS.reported,
    query: queryOf('json', protocol),
  })
  return (body as ReportedAddressList).addresses
}

/** Hands the service's own rendering on as it comes, however long it is. */
async function copyDenylist(
  api: ApiClient,
  { format, protocol }: { format: Exclude<DenylistFormat, 'table'>; protocol: DenylistProtocol },
  { output }: Context,
): Promise<void> {
  const { text } = await api.stream({
    method: 'GET',
    path: USER_PATHS.reported,
    query: queryOf(format, protocol),
  })
  let last = ''
  for await (const piece of text) {
    await output.write(piece)
    last = piece === '' ? last : piece
  }
  if (!last.endsWith('\n')) await output.write('\n')
}

function queryOf(format: string, protocol: DenylistProtocol): Record<string, string> {
  return { output_format: format.toUpperCase(), ip_protocol_version: protocol.toUpperCase() }
}
