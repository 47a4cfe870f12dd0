import { serviceUrlOf } from '../client/index.ts'
import { FEEDS_PATH } from '../contract/terms/index.ts'
import { FEEDS, type Feed, findFeed } from '../feed/decisions/index.ts'
import { HoneyjamError } from '../runtime/index.ts'
import { isLoopbackUrl, localServiceUrl } from './connect.ts'
import type { Context } from './context.ts'
import { escapeText } from './escape-text.ts'
import { formatCount } from './format-count.ts'
import type { CommonOptions } from './options.ts'
import { renderPairs, renderTable } from './table.ts'

/** What `honeyjam feeds` is asked for. */
export interface FeedsOptions extends CommonOptions {
  readonly apiUrl?: string
  readonly data?: string
}

/** Stands where the key belongs. */
const KEY = 'KEY'

/** Prints the feeds there are, or the ways to fetch one. */
export function printFeeds(name: string | undefined, options: FeedsOptions, context: Context): void {
  const { output, defaultDataDirectory } = context
  const baseUrl = serviceUrlOf(options.apiUrl ?? localServiceUrl(options.data ?? defaultDataDirectory))
  const chosen = name === undefined ? FEEDS : [feedOf(name)]
  if (output.json) {
    const infos = chosen.map((feed) => infoOf(feed, baseUrl))
    return output.printJson(name === undefined ? { feeds: infos } : infos[0])
  }
  const [only] = chosen
  output.print(name === undefined || only === undefined ? renderFeeds(baseUrl) : renderFeed(only, baseUrl))
  if (isLoopbackUrl(baseUrl))
    output.note('This is an address of this machine alone: name the one that devices use with --api-url.')
}

/** All feeds as a table for people. */
export function renderFeeds(baseUrl: string): string {
  const rows = FEEDS.map((feed) => [feed.consumer, roomOf(feed), urlOf(feed, baseUrl)])
  const columns = [{ heading: 'FOR' }, { heading: 'AT MOST' }, { heading: 'URL' }]
  return `${renderTable(columns, rows)}\n${KEY} is a key with the scope enforce or read: honeyjam key create --name DEVICE --scope enforce.`
}

/** The ways to fetch a feed, for people. */
export function renderFeed(feed: Feed, baseUrl: string): string {
  const plainUrl = `${baseUrl}${FEEDS_PATH}/${feed.name}`
  return renderPairs([
    ['feed', feed.name],
    ['for', feed.consumer],
    ['at most', roomOf(feed)],
    ['key in the path', urlOf(feed, baseUrl)],
    ['user and password', `${plainUrl}, any user name, ${KEY} as the password`],
    ['header', `${plainUrl} with "Authorization: Bearer ${KEY}"`],
    ['look at it', `curl -u x:${KEY} ${plainUrl}`],
  ])
}

function infoOf(feed: Feed, baseUrl: string): object {
  const { name, consumer, format, budget } = feed
  return {
    name,
    consumer,
    url: `${baseUrl}${FEEDS_PATH}/${name}`,
    url_with_key: urlOf(feed, baseUrl),
    media_type: format.mediaType,
    single_protocol: format.isSingleProtocol,
    max_entries: budget.entries ?? null,
    max_bytes: budget.bytes ?? null,
    page_entries: budget.pageEntries ?? null,
  }
}

function urlOf({ name }: Feed, baseUrl: string): string {
  return `${baseUrl}${FEEDS_PATH}/${KEY}/${name}`
}

function roomOf({ budget: { entries, bytes, pageEntries } }: Feed): string {
  const limits = [
    ...(entries === undefined ? [] : [formatCount(entries)]),
    ...(bytes === undefined ? [] : [`${formatCount(bytes / 1_000_000)} MB`]),
    ...(pageEntries === undefined ? [] : [`${formatCount(pageEntries)} a page`]),
  ]
  return limits.length === 0 ? 'everything' : limits.join(', ')
}

/** @throws HoneyjamError USAGE */
function feedOf(name: string): Feed {
  const feed = findFeed(name)
  if (feed !== undefined) return feed
  const names = FEEDS.map((each) => each.name).join(', ')
  throw new HoneyjamError(
    'USAGE',
    `there is no feed ${escapeText(JSON.stringify(name))}; there are: ${names}`,
  )
}
