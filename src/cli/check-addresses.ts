import type { CheckResult } from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatInstant, formatSpan } from './format-time.ts'
import { datasetName } from './listed-address.ts'
import { indent, renderPairs } from './table.ts'

/** Prints the standing of each address, in the order given. */
export async function checkAddresses(
  addresses: readonly string[],
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const checked = await withApi(options, context, async (api) => {
    const answers: CheckResult[] = []
    for (const address of addresses) {
      const path = `${MANAGEMENT_PATHS.check}/${encodeURIComponent(address)}`
      answers.push((await api.request({ method: 'GET', path })).body as CheckResult)
    }
    return answers
  })
  if (output.json) {
    output.printJson(checked)
    return
  }
  const nowMs = Date.now()
  const paragraphs = checked.map((one) => {
    const verdict = output.style(isDenied(one) ? 'red' : 'green', verdictOn(one))
    const facts = factsOf(one, nowMs)
    const title = `${output.style('bold', escapeText(one.address))}  ${verdict}`
    return facts.length === 0 ? title : `${title}\n${indent(renderPairs(facts))}`
  })
  output.print(paragraphs.join('\n'))
}

function verdictOn(checked: CheckResult): string {
  if (checked.allowed) return 'allowed'
  if (checked.protected) return 'protected'
  return isDenied(checked) ? 'listed' : 'not listed'
}

function isDenied({ listed, allowed, denylists, protected: isProtected }: CheckResult): boolean {
  return !allowed && !isProtected && (listed || denylists.length > 0)
}

function factsOf(checked: CheckResult, nowMs: number): [string, string][] {
  const facts: [string, string][] = []
  const { entry, allowed_by: allowedBy } = checked
  if (checked.class !== 'public') facts.push(['class', escapeText(checked.class)])
  if (entry !== undefined) {
    facts.push(
      ['until', `${formatInstant(entry.expiry)} UTC (${formatSpan(entry.expiry - nowMs)})`],
      [
        'last report',
        `${formatInstant(entry.last_report)} UTC (${formatSpan(nowMs - entry.last_report)} ago)`,
      ],
      ['reports', String(entry.total_reports)],
      ['dataset', escapeText(datasetName(entry))],
    )
    if (entry.tags !== undefined && entry.tags.length > 0)
      facts.push(['tags', escapeText(entry.tags.join(', '))])
  }
  if (allowedBy !== undefined) {
    const until = allowedBy.expiry === undefined ? 'for ever' : `until ${formatInstant(allowedBy.expiry)} UTC`
    facts.push(['allowed by', `${escapeText(allowedBy.range)} (${until})`])
  }
  for (const { name, firewall, since } of checked.enforced_by) {
    const where = `${escapeText(name)} (${escapeText(firewall)})`
    facts.push(['enforced by', `${where}, at the latest since ${formatInstant(since)} UTC`])
  }
  for (const [title, lists] of [
    ['allowlist', checked.allowlists],
    ['denylist', checked.denylists],
  ] as const) {
    for (const { name } of lists) facts.push([title, escapeText(name)])
  }
  return facts
}
