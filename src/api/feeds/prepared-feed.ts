import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { RankedDecisions } from '../../denylist/index.ts'
import { type Feed, type FeedWish, renderFeed } from '../../feed/decisions/index.ts'
import { deflatePart, gzipFile } from '../gzip-parts.ts'
import type { Look } from './freshness.ts'

/** A feed that is asked for with options of its own. */
export interface FeedOrder {
  readonly feed: Feed
  readonly wish: FeedWish
}

/** The bytes of a feed, made once for all who ask for the same. They never change. */
export interface PreparedFeed {
  /** What it was made of. */
  readonly look: Look
  /** Epoch milliseconds; times that are left count from here. */
  readonly madeAtMs: number
  readonly gzip: readonly Buffer[]
  readonly gzipBytes: number
  /** Of the text, not compressed. */
  readonly bytes: number
  /** The same for the same content. */
  readonly tag: string
}

/** Renders and compresses; in steps. */
export async function prepareFeed(
  { feed, wish }: FeedOrder,
  { ranked, look }: { readonly ranked: RankedDecisions; readonly look: Look },
  nowMs: number,
): Promise<PreparedFeed> {
  const { chunks, contentTag } = await renderFeed(ranked, feed, wish, nowMs)
  const part = await deflatePart(chunks, { isLast: true })
  const gzip = gzipFile(part)
  const gzipBytes = gzip.reduce((sum, { length }) => sum + length, 0)
  return { look, madeAtMs: nowMs, gzip, gzipBytes, bytes: part.bytes, tag: contentTag() }
}

/** The bytes as they are sent; those that are not compressed are made anew each time, a little at a time. */
export function streamFeed({ gzip }: PreparedFeed, coding: 'gzip' | 'identity'): Readable {
  const packed = Readable.from(gzip, { objectMode: false })
  if (coding === 'gzip') return packed
  const text = createGunzip()
  // whoever reads it hears of an end before its time from the stream itself
  pipeline(packed, text, () => {})
  return text
}
