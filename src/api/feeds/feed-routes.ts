import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { FEEDS_PATH, FeedQuery } from '../../contract/index.ts'
import { FEEDS, type Feed, type FeedWish, findFeed } from '../../feed/decisions/index.ts'
import { codingOf } from '../accept-encoding.ts'
import { admissionOf, requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { sendRefusal } from '../handle-error.ts'
import { checkQuery } from '../query.ts'
import { Refusal, refuse } from '../refusal.ts'
import { RefusedLog } from '../refused-log.ts'
import { FEED_KEY_PLACE } from './feed-key.ts'
import { FeedShelf } from './feed-shelf.ts'
import { streamFeed } from './prepared-feed.ts'

const RETRY_AFTER_SECONDS = '5'

interface FeedParams {
  readonly name: string
}

/** What is to be blocked in the forms of firewalls that pull; see docs/how-to/feeds-for-firewalls.md. */
export function addFeedRoutes(app: FastifyInstance, context: ApiContext): void {
  const { logger, clock, denylist } = context
  const failures = new RefusedLog(logger, clock, 'feeds could not be made; firewalls keep what they have')
  const shelf = new FeedShelf({
    decisions: denylist.decisions,
    clock,
    onFailure: (error) => failures.note(error),
  })
  const options: RouteShorthandOptions = {
    onRequest: [requireKey(context, FEED_KEY_PLACE), requireScope('read', 'enforce')],
    errorHandler: (error, request, reply) => handleFeedError(failures, error, request, reply),
  }
  for (const path of [`${FEEDS_PATH}/:name`, `${FEEDS_PATH}/:token/:name`]) {
    app.get<{ Params: FeedParams }>(path, options, (request, reply) => answer(shelf, request, reply))
    app.head<{ Params: FeedParams }>(path, options, (request, reply) => answer(shelf, request, reply))
  }
}

async function answer(
  shelf: FeedShelf,
  request: FastifyRequest<{ Params: FeedParams }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const feed = findFeed(request.params.name)
  if (feed === undefined) throw refuseFeed()
  const wish = wishOf(request, feed)
  const { body, modifiedAtSeconds } = await shelf.get(admissionOf(request).grant.accountId, { feed, wish })
  const etag = `W/"${body.tag}"`
  void reply.headers({ etag, vary: 'accept-encoding', 'cache-control': 'private, no-cache' })
  if (modifiedAtSeconds !== undefined)
    void reply.header('last-modified', new Date(1000 * modifiedAtSeconds).toUTCString())
  if (isHeld(request, body.tag)) return reply.code(304).send()
  const coding = codingOf(request.headers['accept-encoding']) === 'gzip' ? 'gzip' : 'identity'
  void reply.type(feed.format.mediaType)
  void reply.header('content-length', coding === 'gzip' ? body.gzipBytes : body.bytes)
  if (coding === 'gzip') void reply.header('content-encoding', 'gzip')
  return request.method === 'HEAD' ? reply.send() : reply.send(streamFeed(body, coding))
}

/** The path may hold a key, so nothing of it is repeated. */
function refuseFeed(): Refusal {
  const names = FEEDS.map(({ name }) => name).join(', ')
  return refuse('feed-not-found', `there is no feed of this name; there are: ${names}`)
}

function wishOf(request: FastifyRequest, { format, budget }: Feed): FeedWish {
  const { name, limit, families, page } = checkQuery(request, FeedQuery)
  const one = families === undefined ? undefined : (`IPV${families}` as const)
  return {
    name,
    protocol: one ?? (format.isSingleProtocol ? 'IPV4' : 'ALL'),
    limit,
    page: budget.pageEntries === undefined ? 1 : page,
  }
}

/** RFC 9110 section 13.1.2: any of those that are listed, compared weakly. */
function isHeld({ headers }: FastifyRequest, tag: string): boolean {
  const held = headers['if-none-match'] ?? ''
  return held.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === `"${tag}"`)
}

/**
 * Firewalls let everybody in when they think that their key is refused, and keep what they have when the service is out of order:
 * so whatever goes wrong here is 503, and never looks like a refusal.
 */
function handleFeedError(
  log: RefusedLog,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error instanceof Refusal) return sendRefusal(request, reply, error)
  log.note(error)
  const detail = 'the feed could not be made; keep what you have and ask again'
  sendRefusal(request, reply, refuse('feed-unavailable', detail, { 'retry-after': RETRY_AFTER_SECONDS }))
}
