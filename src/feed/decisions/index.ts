export type { FeedWish } from './choose-entries.ts'
export { FEEDS, type Feed, findFeed } from './feeds.ts'
export { type RenderedFeed, renderFeed } from './render-feed.ts'
