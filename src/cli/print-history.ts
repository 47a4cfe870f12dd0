import type { AddressHistoryInfo, HistoryEventInfo } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import { formatInstant, formatSpan } from './format-time.ts'
import { renderTable } from './table.ts'

const PAGE_SIZE = 100
/** Characters of a cell; all of it is in the JSON. */
const LONGEST_NAME = 30
const LONGEST_DETAIL = 60

/** Prints what happened to an address, newest first. */
export async function printHistory(
  address: string,
  options: ConnectOptions & { readonly limit: number },
  context: Context,
): Promise<void> {
  const { output } = context
  const found = await withApi(options, context, async (api) => {
    const events: HistoryEventInfo[] = []
    for (let page = 1; ; page++) {
      const path = `${MANAGEMENT_PATHS.history}/${encodeURIComponent(address)}`
      const { body } = await api.request({ method: 'GET', path, query: { page, page_size: PAGE_SIZE } })
      const answer = body as AddressHistoryInfo
      events.push(...answer.events)
      if (answer.events.length < PAGE_SIZE || events.length >= options.limit)
        return { ...answer, events: events.slice(0, options.limit) }
    }
  })
  if (output.json) {
    const { address: canonical, total, is_cut, events } = found
    output.printJson({ address: canonical, total, is_cut, events })
  } else output.print(renderHistory(found))
}

/** Lays out a history for people. */
export function renderHistory({ address, total, is_cut: isCut, events }: AddressHistoryInfo): string {
  if (events.length === 0) return `Nothing is known of ${escapeText(address)}.`
  const table = renderTable(
    [
      { heading: 'WHEN (UTC)' },
      { heading: 'EVENT' },
      { heading: 'LIST' },
      { heading: 'KEY' },
      { heading: 'DETAILS' },
    ],
    events.map(rowOf),
  )
  const notes = [
    ...(total > events.length
      ? [`${formatCount(total - events.length)} more that are older: --limit shows them.`]
      : []),
    ...(isCut ? ['There are more operations than are looked at: the oldest are left out.'] : []),
  ]
  return [table, ...notes].join('\n')
}

function rowOf(event: HistoryEventInfo): string[] {
  const { key_id: keyId, key_name: keyName, effect } = event
  const key = keyId === undefined ? '-' : (keyName ?? `key ${keyId}`)
  return [
    formatInstant(event.at),
    event.event,
    effect === 'none' ? '-' : effect,
    escapeText(key, LONGEST_NAME),
    escapeText(detailsOf(event), LONGEST_DETAIL),
  ]
}

function detailsOf({ dataset, tags = [], ttl, ranges = [], list }: HistoryEventInfo): string {
  return [
    ...(dataset === undefined ? [] : [dataset]),
    ...tags,
    ...(ttl === undefined ? [] : [`for ${formatSpan(ttl * 1000)}`]),
    ...ranges,
    ...(list === undefined ? [] : [list.name ?? 'a list that is gone']),
  ].join(' ')
}
