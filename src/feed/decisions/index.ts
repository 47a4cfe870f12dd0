export { namedUuid } from '../named-uuid.ts'
export type { FeedWish } from './choose-entries.ts'
export { FEEDS, type Feed, findFeed, MISP_FEEDS } from './feeds.ts'
export { type RenderedFeed, renderFeed } from './render-feed.ts'
