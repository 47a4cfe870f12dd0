import { createHash, type Hash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { type DecisionOrigin, type RankedDecisions, revisionText } from '../../denylist/index.ts'
import { collectPieces } from '../collect-pieces.ts'
import { chooseEntries, type FeedWish } from './choose-entries.ts'
import type { DecisionFormat, FeedDecision } from './decision-format.ts'
import type { Feed } from './feeds.ts'

/** Characters that are made in one go: a few milliseconds of work. */
const CHUNK_CHARACTERS = 65_536
const TAG_CHARACTERS = 22

/** The text of a feed. */
export interface RenderedFeed {
  /** UTF-8, in pieces; others have their turn between them. */
  readonly chunks: AsyncIterable<Buffer>
  /**
   * To be read when all chunks were: the same for texts that say the same of the same networks in the same order, whenever and by
   * whichever process they were made.
   */
  readonly contentTag: () => string
}

/**
 * Renders what a feed holds of the decisions; in steps.
 * @param nowMs epoch milliseconds from which times that are left count
 */
export async function renderFeed(
  ranked: RankedDecisions,
  feed: Feed,
  wish: FeedWish,
  nowMs: number,
): Promise<RenderedFeed> {
  const { entries, leftOut } = await chooseEntries(ranked, feed, wish)
  const hash = createHash('sha256').update(JSON.stringify([feed.name, wish, entries.length, leftOut]))
  const pieces = feed.format.render(decisionsOf(ranked, entries, { format: feed.format, hash }), {
    name: wish.name,
    uuid: wish.uuid,
    revision: revisionText(ranked.revision),
    nowMs,
    count: entries.length,
    leftOut,
    page: wish.page,
    protocol: wish.protocol,
  })
  return {
    chunks: chunksOf(pieces),
    contentTag: () => hash.digest('base64url').slice(0, TAG_CHARACTERS),
  }
}

async function* chunksOf(pieces: Iterable<string>): AsyncGenerator<Buffer> {
  for (const text of collectPieces(pieces, CHUNK_CHARACTERS)) {
    if (text !== '') yield Buffer.from(text)
    await turn()
  }
}

/** What is said of each decision goes into the hash: not when it was said, nor what the format leaves out. */
function* decisionsOf(
  ranked: RankedDecisions,
  entries: Uint32Array,
  { format, hash }: { readonly format: DecisionFormat; readonly hash: Hash },
): Generator<FeedDecision> {
  let said = ''
  for (const entry of entries) {
    const network = ranked.networkOf(entry)
    const expiresAtMs = ranked.expiresAtMsOf(entry)
    const origin = originText(ranked.originOf(entry))
    said += network
    if (format.ends !== 'none') said += ` ${expiresAtMs}`
    if (format.hasOrigins) said += ` ${JSON.stringify(origin)}`
    said += '\n'
    if (said.length >= CHUNK_CHARACTERS) {
      hash.update(said)
      said = ''
    }
    yield { network, expiresAtMs, origin }
  }
  hash.update(said)
}

function originText(origin: DecisionOrigin): string {
  return origin.kind === 'reported' ? origin.dataset : origin.name
}
