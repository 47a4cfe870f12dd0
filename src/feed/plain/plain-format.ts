import type { Entry } from '../../denylist/index.ts'
import type { FeedFormat } from '../feed-format.ts'
import { renderEach } from '../render-each.ts'

/** One address a line, each line ended, no header: what firewalls read from a URL. */
export const plainFormat: FeedFormat = {
  mediaType: 'text/plain; charset=utf-8',
  isSingleProtocol: false,
  render: renderPlain,
}

function renderPlain(entries: Iterable<Entry | undefined>): Generator<string> {
  return renderEach(entries, ({ address }) => `${address}\n`)
}
