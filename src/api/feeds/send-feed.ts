import type { FastifyReply, FastifyRequest } from 'fastify'
import { FeedQuery } from '../../contract/index.ts'
import { type Feed, type FeedWish, namedUuid } from '../../feed/decisions/index.ts'
import { codingOf } from '../accept-encoding.ts'
import { admissionOf } from '../authenticate.ts'
import { checkQuery } from '../query.ts'
import type { FeedShelf } from './feed-shelf.ts'
import { streamFeed } from './prepared-feed.ts'

/** Sends a feed of the account that asks, or says that it has it already. @throws Refusal 422 */
export async function sendFeed(
  shelf: FeedShelf,
  feed: Feed,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
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

/** Of what an account is to block: the same in all processes, and of no other account of any installation. */
export function feedUuidOf(request: FastifyRequest): string {
  const { accountId, accountName, accountCreatedAtMs } = admissionOf(request).grant
  return namedUuid('feed', String(accountId), accountName, String(accountCreatedAtMs))
}

function wishOf(request: FastifyRequest, { format, budget }: Feed): FeedWish {
  const { name, limit, families, page } = checkQuery(request, FeedQuery)
  const one = families === undefined ? undefined : (`IPV${families}` as const)
  return {
    name,
    uuid: feedUuidOf(request),
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
