import type { Entry } from '../../denylist/index.ts'
import type { FeedFormat } from '../feed-format.ts'
import { renderEach } from '../render-each.ts'
import { REPORTED_LIST_PATH, reportedAddressOf } from './reported-address.ts'

/** The User API's own form: `{"self": PATH, "addresses": [...]}` (`IPListCollectionOutput` in its OpenAPI). */
export const jsonFormat: FeedFormat = {
  mediaType: 'application/json; charset=utf-8',
  isSingleProtocol: false,
  render: renderJson,
}

function* renderJson(entries: Iterable<Entry | undefined>): Generator<string> {
  yield `{"self":${JSON.stringify(REPORTED_LIST_PATH)},"addresses":[`
  yield* renderEach(entries, (entry) => JSON.stringify(reportedAddressOf(entry)), ',')
  yield ']}'
}
