import type {
  AddressResult,
  AddressResults,
  ProtectionResult,
  ProtectionResults,
  RangeResult,
  RangeResults,
  SkipWord,
} from '../contract/index.ts'
import { MANAGEMENT_PATHS } from '../contract/terms/index.ts'
import { type ConnectOptions, withApi } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { EXIT_CODES } from './exit-codes.ts'
import { formatInstant, formatSpan } from './format-time.ts'
import { renderTable } from './table.ts'

/** One change of a list by hand. */
export interface ListChange {
  readonly operation: 'ban' | 'unban' | 'allow' | 'disallow' | 'protect' | 'unprotect'
  readonly body: object
}

type ChangeResult = AddressResult | RangeResult | ProtectionResult

const WORDS_FOR_REASON: Readonly<Record<SkipWord, string>> = {
  unparsable: 'not an address',
  private: 'private or reserved, and the service does not accept those',
  'never-a-source': 'no packet can come from it',
  allowed: 'on the allowlist',
  protected: 'protected by the installation, see honeyjam protect',
  unknown: 'not on the list',
  'over-limit': 'the account has as many as it may',
  'default-list': 'this list cannot be changed so',
}

/**
 * Changes a list by hand and says what became of each address or range.
 * The exit code is `refused` when one was left out although it was wanted.
 * @throws HoneyjamError API_REFUSED nothing of it was taken
 */
export async function changeList(
  { operation, body }: ListChange,
  options: ConnectOptions,
  context: Context,
): Promise<void> {
  const { output } = context
  const answer = await withApi(options, context, async (api) => {
    const response = await api.request({ method: 'POST', path: MANAGEMENT_PATHS[operation], body })
    return response.body as AddressResults | RangeResults | ProtectionResults
  })
  if (answer.results.some(isRefused)) process.exitCode = EXIT_CODES.refused
  if (output.json) {
    output.printJson(answer)
    return
  }
  const nowMs = Date.now()
  const results: readonly ChangeResult[] = answer.results
  const rows = results.map((result) => renderResult(result, nowMs))
  output.print(renderTable([{ heading: 'ADDRESS' }, { heading: 'OUTCOME' }, { heading: '' }], rows))
}

/** Taking off what was not there is no failure. */
function isRefused(result: ChangeResult): boolean {
  return result.outcome === 'skipped' && result.reason !== 'unknown'
}

function renderResult(result: ChangeResult, nowMs: number): string[] {
  const subject = 'address' in result ? result.address : result.range
  return [escapeText(subject), result.outcome, detailOf(result, nowMs)]
}

function detailOf(result: ChangeResult, nowMs: number): string {
  if (result.outcome === 'skipped') return WORDS_FOR_REASON[result.reason]
  if (result.outcome !== 'banned' && result.outcome !== 'allowed' && result.outcome !== 'protected') return ''
  const { expiry } = result
  return expiry === undefined
    ? 'for ever'
    : `until ${formatInstant(expiry)} UTC (${formatSpan(expiry - nowMs)})`
}
