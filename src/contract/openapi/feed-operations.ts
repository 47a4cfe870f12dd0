import { FeedQuery } from '../feed-api.ts'
import { FEEDS_PATH } from '../terms/index.ts'
import type { OperationGroup } from './operation.ts'

const feed = {
  method: 'GET',
  scopes: ['read', 'enforce'],
  query: FeedQuery,
  isConditional: true,
  answer: { others: ['text/plain', 'text/csv', 'application/json', 'application/x-ndjson'] },
} as const

export const FEED_GROUP: OperationGroup = {
  tag: 'Feeds',
  description:
    'What is to be blocked, in the forms of firewalls that pull. The key may be the password of basic authentication as well.',
  operations: [
    { ...feed, path: `${FEEDS_PATH}/{name}`, summary: 'What is to be blocked, in the form of a consumer' },
    {
      ...feed,
      path: `${FEEDS_PATH}/{token}/{name}`,
      summary: 'The same with the key in the path, for consumers that can send no header',
    },
    { ...feed, path: `${FEEDS_PATH}/misp/{file}`, summary: 'A file of the feed for MISP' },
    { ...feed, path: `${FEEDS_PATH}/{token}/misp/{file}`, summary: 'The same with the key in the path' },
  ],
}
