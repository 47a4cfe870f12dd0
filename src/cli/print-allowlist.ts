import type { Allowlist } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant } from './format-time.ts'
import { renderTable } from './table.ts'

/** Prints what is never blocked. */
export async function printAllowlist(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const allowlist = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: MANAGEMENT_PATHS.allowlist })
    return body as Allowlist
  })
  if (output.json) output.printJson(allowlist)
  else if (allowlist.ranges.length === 0) output.print('The allowlist is empty.')
  else output.print(renderAllowlist(allowlist))
}

function renderAllowlist({ ranges }: Allowlist): string {
  const rows = ranges.map(({ range, created_at: createdAt, expiry }) => [
    escapeText(range),
    formatInstant(createdAt),
    expiry === undefined ? 'for ever' : formatInstant(expiry),
  ])
  return renderTable([{ heading: 'RANGE' }, { heading: 'SINCE (UTC)' }, { heading: 'UNTIL (UTC)' }], rows)
}
