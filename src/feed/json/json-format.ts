import type { Entry } from '../../denylist/index.ts'
import type { FeedFormat } from '../feed-format.ts'
import { REPORTED_LIST_PATH, reportedAddressOf } from './reported-address.ts'

/** The User API's own form: `{"self": PATH, "addresses": [...]}` (`IPListCollectionOutput` in its OpenAPI). */
export const jsonFormat: FeedFormat = {
  mediaType: 'application/json; charset=utf-8',
  isSingleProtocol: false,
  render: renderJson,
}

function* renderJson(entries: Iterable<Entry>): Generator<string> {
  yield `{"self":${JSON.stringify(REPORTED_LIST_PATH)},"addresses":[`
  let separator = ''
  for (const entry of entries) {
    yield separator + JSON.stringify(reportedAddressOf(entry))
    separator = ','
  }
  yield ']}'
}
