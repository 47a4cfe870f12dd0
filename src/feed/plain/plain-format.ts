import type { Entry } from '../../denylist/index.ts'
import type { FeedFormat } from '../feed-format.ts'

/** One address a line, each line ended, no header: what firewalls read from a URL. */
export const plainFormat: FeedFormat = {
  mediaType: 'text/plain; charset=utf-8',
  isSingleProtocol: false,
  render: renderPlain,
}

function* renderPlain(entries: Iterable<Entry>): Generator<string> {
  for (const { address } of entries) yield `${address}\n`
}
