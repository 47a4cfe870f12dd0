import type { Entry } from '../../denylist/index.ts'
import type { FeedFormat, FeedOptions } from '../feed-format.ts'
import { renderEach } from '../render-each.ts'

/**
 * The input of AWS WAF's `CreateIPSet`, ready for `aws wafv2 create-ip-set --cli-input-json file://FILE`.
 * An IP set holds one protocol and CIDR notation only (AWS WAF API reference, CreateIPSet); AWS takes at most 10,000
 * addresses a set, which is left to the reader.
 */
export const awsWafFormat: FeedFormat = {
  mediaType: 'application/json; charset=utf-8',
  isSingleProtocol: true,
  render: renderAwsWaf,
}

function* renderAwsWaf(entries: Iterable<Entry | undefined>, { protocol }: FeedOptions): Generator<string> {
  if (protocol === 'ALL') throw new TypeError('an IP set of AWS WAF holds one protocol')
  const head = JSON.stringify({
    Name: `honeyjam-reported-${protocol.toLowerCase()}`,
    Scope: 'REGIONAL',
    Description: 'Addresses reported to honeyjam',
    IPAddressVersion: protocol,
  })
  yield `${head.slice(0, -1)},"Addresses":[`
  const suffix = protocol === 'IPV4' ? '/32' : '/128'
  yield* renderEach(entries, ({ address }) => `"${address}${suffix}"`, ',')
  yield ']}'
}
