import { type AssessmentInfo, USER_PATHS } from '../../../contract/index.ts'
import type { Assessment, ListMatches, ScoreFinding } from '../../../denylist/index.ts'
import { reportedAddressOf } from '../../../feed/index.ts'
import type { Address } from '../../../ip/index.ts'

/** An assessment in the words of the schema. */
export function assessmentInfo(address: Address, assessment: Assessment): AssessmentInfo {
  const { score, risk, reason, allowedBy, deniedBy, entry, findings } = assessment
  const reported = entry === undefined ? undefined : reportedAddressOf(entry)
  const denying = { ...deniedBy, private: deniedBy.private || reported !== undefined }
  const datasets = findings
    .flatMap((finding) => finding.datasets ?? [])
    .map((name) => `${USER_PATHS.datasets}/${name}`)
  return {
    self: `${USER_PATHS.assess}/${address}`,
    score,
    risk,
    reason,
    datasets: [...new Set([...(reported === undefined ? [] : [reported.dataset]), ...datasets])],
    sources: findings.flatMap((finding) => finding.sources ?? []).map(sourcePath),
    first_appearance: [],
    last_appearance: [],
    asn: pathOf(findings, 'asn', '/v1/asn'),
    asn_prefix: pathOf(findings, 'asnPrefix', '/v1/asn/prefix'),
    datacenter: pathOf(findings, 'datacenter', '/v1/datacenter'),
    datacenter_prefix: pathOf(findings, 'datacenterPrefix', '/v1/datacenter/prefix'),
    denylisted: listPath(denying, USER_PATHS.privateDenylists, USER_PATHS.publicDenylists, address),
    allowlisted: listPath(allowedBy, USER_PATHS.privateAllowlists, USER_PATHS.publicAllowlists, address),
    reported: reported?.self ?? '',
  }
}

function listPath(matches: ListMatches, privatePath: string, publicPath: string, address: Address): string {
  if (matches.private) return `${privatePath}/ip/${address}`
  return matches.public ? `${publicPath}/ip/${address}` : ''
}

function sourcePath({ source, timeRange }: { readonly source: string; readonly timeRange: string }): string {
  return `${USER_PATHS.sources}/${source}/range/${timeRange}`
}

/** Of the first finding that has it; a prefix is encoded twice, as in the documents of Threat Jammer. */
function pathOf(
  findings: readonly ScoreFinding[],
  field: 'asn' | 'asnPrefix' | 'datacenter' | 'datacenterPrefix',
  root: string,
): string {
  const value = findings.find((finding) => finding[field] !== undefined)?.[field]
  return value === undefined ? '' : `${root}/${encodeURIComponent(encodeURIComponent(value))}`
}
