export { collectPieces } from './collect-pieces.ts'
export type { FeedFormat, FeedOptions, FeedProtocol } from './feed-format.ts'
export { FEED_FORMATS } from './formats.ts'
export { type ReportedAddressJson, reportedAddressOf } from './json/index.ts'
