import type { EnforcerInfo, EnforcerList } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { formatCount } from './format-count.ts'
import { formatSpan } from './format-time.ts'
import { renderTable } from './table.ts'

/** Characters of a cell; all of it is in the JSON. */
const LONGEST_NAME = 40
const LONGEST_ERROR = 80

/** Prints the enforcers and what they hold; the exit code says whether somebody must look after one of them. */
export async function printEnforcers(options: ConnectOptions, context: Context): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    const { body } = await api.request({ method: 'GET', path: MANAGEMENT_PATHS.enforcers })
    return body as EnforcerList
  })
  if (output.json) output.printJson(answer)
  else output.print(renderEnforcers(answer))
  if (answer.enforcers.some(({ state }) => state !== 'current')) process.exitCode = EXIT_CODES.failure
}

/** Lays out the enforcers for people, in the order of the answer. */
export function renderEnforcers({ enforcers, displaced }: EnforcerList): string {
  if (enforcers.length === 0) return NONE
  const table = renderTable(
    [
      { heading: 'NAME' },
      { heading: 'FIREWALL' },
      { heading: 'STATE' },
      { heading: 'LAST SEEN' },
      { heading: 'HELD', align: 'right' },
      { heading: 'INTENDED', align: 'right' },
      { heading: 'SPARED', align: 'right' },
      { heading: 'REPAIRS', align: 'right' },
      { heading: 'DROPPED', align: 'right' },
      { heading: 'ERROR' },
    ],
    enforcers.map(rowOf),
  )
  if (displaced === 0) return table
  return `${table}\n${formatCount(displaced)} more had to make room, the longest unseen first.`
}

const NONE = `No enforcer has said that it is there.
Start one on the host to protect, with honeyjam enforce nftables or ipset.`

function rowOf(enforcer: EnforcerInfo): string[] {
  return [
    escapeText(enforcer.name, LONGEST_NAME),
    escapeText(enforcer.firewall, LONGEST_NAME),
    enforcer.state,
    `${formatSpan(enforcer.age_seconds * 1000)} ago`,
    countOrNone(enforcer.held),
    countOrNone(enforcer.intended),
    formatCount(enforcer.spared),
    formatCount(enforcer.repairs),
    formatCount(enforcer.dropped_packets),
    enforcer.last_error === null ? '-' : escapeText(enforcer.last_error, LONGEST_ERROR),
  ]
}

function countOrNone(count: number | null): string {
  return count === null ? '-' : formatCount(count)
}
