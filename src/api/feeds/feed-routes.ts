import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { FEEDS_PATH } from '../../contract/index.ts'
import type { DecisionOrigin } from '../../denylist/index.ts'
import { FEEDS, findFeed } from '../../feed/decisions/index.ts'
import { requireKey, requireScope } from '../authenticate.ts'
import type { ApiContext } from '../context.ts'
import { sendRefusal } from '../handle-error.ts'
import { Refusal, refuse } from '../refusal.ts'
import { RefusedLog } from '../refused-log.ts'
import { FEED_KEY_PLACE } from './feed-key.ts'
import { FeedShelf } from './feed-shelf.ts'
import { addMispRoutes } from './misp-routes.ts'
import { sendFeed } from './send-feed.ts'
import { addTaxiiRoutes } from './taxii/taxii-routes.ts'

const RETRY_AFTER_SECONDS = '5'

interface FeedParams {
  readonly name: string
}

/** What is to be blocked in the forms of firewalls that pull; see docs/how-to/feeds-for-firewalls.md. */
export function addFeedRoutes(app: FastifyInstance, context: ApiContext): void {
  const { logger, clock, denylist } = context
  const failures = new RefusedLog(logger, clock, 'feeds could not be made; firewalls keep what they have')
  const listedAtMs = (accountId: number, origin: DecisionOrigin) => timeOfList(context, accountId, origin)
  const shelf = new FeedShelf({
    decisions: denylist.decisions,
    clock,
    listedAtMs,
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
  addMispRoutes(app, shelf, options)
  addTaxiiRoutes(app, { shelf, listedAtMs }, options)
}

/** Since when a list is as it is; 0 for one that is gone meanwhile. */
function timeOfList({ denylist, clock }: ApiContext, accountId: number, origin: DecisionOrigin): number {
  if (origin.kind === 'reported') return 0
  const nowMs = clock.nowMs()
  const { lists } = denylist
  const list =
    origin.kind === 'private-list'
      ? lists.findPrivate(accountId, origin.listId, nowMs)
      : lists.findPublic(accountId, origin.listId, nowMs)
  return list?.updatedAtMs ?? 0
}

async function answer(
  shelf: FeedShelf,
  request: FastifyRequest<{ Params: FeedParams }>,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const feed = findFeed(request.params.name)
  if (feed !== undefined) return await sendFeed(shelf, feed, request, reply)
  // the path may hold a key, so nothing of it is repeated
  const names = FEEDS.map(({ name }) => name).join(', ')
  throw refuse('feed-not-found', `there is no feed of this name; there are: ${names}`)
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
