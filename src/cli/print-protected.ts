import type { ProtectedRangeInfo, ProtectedSetInfo, ProtectionInfo } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant } from './format-time.ts'
import { renderTable } from './table.ts'

const WORDS: Readonly<Record<ProtectedRangeInfo['reason'], string>> = {
  fixed: 'fixed by an administrator',
  'own-address': "address of the service's host",
  gateway: "gateway of the service's host",
  resolver: "name server of the service's host",
  'logged-in': "user logged in on the service's host",
  operator: 'key of an administrator used there',
}

const SPECIAL = {
  skip: 'Besides these, everything that is not public is protected.',
  accept: 'Besides these, loopback addresses and such that no packet comes from are protected.',
} as const

/** Prints the protected set of the installation. */
export async function printProtected(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const set = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: MANAGEMENT_PATHS.protected })
    return body as ProtectedSetInfo
  })
  if (output.json) return output.printJson(set)
  if (set.ranges.length > 0) output.print(renderRanges(set.ranges))
  else output.print('No range is protected by itself; honeyjam protect add takes one.')
  output.print(SPECIAL[set.private_addresses])
}

/** Says whether an address is protected, and by what. */
export async function printWhyProtected(
  address: string,
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const info = await withApi(options, context, async (api) => {
    const path = `${MANAGEMENT_PATHS.protected}/${encodeURIComponent(address)}`
    const { body } = await api.request({ method: 'GET', path })
    return body as ProtectionInfo
  })
  if (output.json) return output.printJson(info)
  if (!info.protected) return output.print(`${info.address} is not protected: lists may have it blocked.`)
  if (info.by_class) output.print(`${info.address} is protected because it is ${info.class}, not public.`)
  if (info.by.length > 0) {
    output.print(`${info.address} is protected by:`)
    output.print(renderRanges(info.by))
  }
}

function renderRanges(ranges: readonly ProtectedRangeInfo[]): string {
  const rows = ranges.map(({ range, reason, comment, created_at: createdAt, expiry }) => [
    escapeText(range),
    WORDS[reason],
    formatInstant(createdAt),
    expiry === undefined ? 'for ever' : formatInstant(expiry),
    escapeText(comment),
  ])
  const headings = ['RANGE', 'WHY', 'SINCE (UTC)', 'UNTIL (UTC)', 'COMMENT'].map((heading) => ({ heading }))
  return renderTable(headings, rows)
}
