import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify'
import { FEEDS_PATH } from '../../contract/index.ts'
import { type Feed, MISP_FEEDS } from '../../feed/decisions/index.ts'
import { refuse } from '../refusal.ts'
import type { FeedShelf } from './feed-shelf.ts'
import { feedUuidOf, sendFeed } from './send-feed.ts'

interface MispParams {
  readonly file: string
}

/** A feed as MISP pulls it: a folder with a manifest, the event that it names, and hashes. */
export function addMispRoutes(app: FastifyInstance, shelf: FeedShelf, options: RouteShorthandOptions): void {
  const answer = async (
    request: FastifyRequest<{ Params: MispParams }>,
    reply: FastifyReply,
  ): Promise<FastifyReply> => await sendFeed(shelf, fileOf(request), request, reply)
  for (const path of [`${FEEDS_PATH}/misp/:file`, `${FEEDS_PATH}/:token/misp/:file`]) {
    app.get<{ Params: MispParams }>(path, options, answer)
    app.head<{ Params: MispParams }>(path, options, answer)
  }
}

/** @throws Refusal 404 */
function fileOf(request: FastifyRequest<{ Params: MispParams }>): Feed {
  switch (request.params.file) {
    case MISP_FEEDS.manifest.name:
      return MISP_FEEDS.manifest
    case MISP_FEEDS.hashes.name:
      return MISP_FEEDS.hashes
    case `${feedUuidOf(request)}.json`:
      return MISP_FEEDS.event
    default:
      throw refuse(
        'feed-not-found',
        'there are manifest.json, hashes.csv and the event that the manifest names',
      )
  }
}
